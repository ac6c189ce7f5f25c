import { createHash } from "node:crypto";

import type { HealthDefinition, SoftwareDefinition } from "../../../catalogue/schema";
import { quote, words } from "../shell";
import type { DesiredFile } from "./scripts";

/** What a machine says about its software. */
export interface Observation {
  /** The version of the definition's version package; empty when it is not installed. */
  readonly version: string;
  /** What is not as it shall be, in words; empty when all is well. */
  readonly problems: readonly string[];
}

/** The condition of an installation that is as its definition says. */
export const asDefined = "installed, healthy";

/** One line for all problems: what a preview shows as drift. */
export function conditionOf({ problems }: Observation): string {
  return problems.length === 0 ? asDefined : problems.join("; ");
}

/**
 * Looks at packages and files; asks the software itself, until it answers as it shall or `seconds` are over; and looks at
 * its services last, when they had the time to start or to fail. Changes nothing. Writes one line for each finding: see {@link parseObservation}.
 */
export function observationScript(
  { packages, services, port, health }: SoftwareDefinition,
  files: readonly DesiredFile[],
  hostname: string,
  seconds: number,
): string {
  return `set -uo pipefail
export LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin
for package in ${words(packages.install)}; do
  printf 'package\\t%s\\t%s\\n' "$package" "$(dpkg-query -W -f '\${db:Status-Status} \${Version}' "$package" 2>/dev/null)"
done
for file in ${words(files.map(({ path }) => path))}; do
  [ -f "$file" ] && sum=$(sha256sum <"$file") && found="\${sum%% *} $(stat -c '%a %U:%G' "$file")" || found=
  printf 'file\\t%s\\t%s\\n' "$file" "$found"
done
${healthVariables(health, port, hostname, seconds)}
printf 'health\\t\\t%s\\n' "$(python3 - <<'PYTHON'
${healthProgram}PYTHON
)"
for service in ${words(services)}; do
  printf 'service\\t%s\\t%s %s\\n' "$service" "$(systemctl is-active "$service")" "$(systemctl is-enabled "$service" 2>/dev/null)"
done
`;
}

/** What an observation has to find; the rest of a definition leaves no trace that can be looked at. */
export function parseObservation(
  output: string,
  { packages, services }: SoftwareDefinition,
  files: readonly DesiredFile[],
): Observation {
  const found = new Map(
    output.split("\n").map((line) => {
      const [kind = "", name = "", value = ""] = line.split("\t");
      return [`${kind} ${name}`, value] as const;
    }),
  );
  const look = (kind: string, name: string): string => {
    const value = found.get(`${kind} ${name}`);
    if (value === undefined) throw new Error(`the machine's answer says nothing about the ${kind} ${name}`.trimEnd());
    return value;
  };
  const missing = packages.install.filter((name) => !look("package", name).startsWith("installed "));
  const own = look("package", packages.version);
  const health = look("health", "");
  return {
    version: own.startsWith("installed ") ? own.slice("installed ".length) : "",
    problems: [
      ...missing.map((name) => `the package ${name} is not installed`),
      ...files.flatMap((file) => fileProblem(file, look("file", file.path))),
      ...services.flatMap((name) => serviceProblem(name, look("service", name))),
      ...(health === "ok" ? [] : [health === "" ? "it can't be asked whether it answers" : health]),
    ],
  };
}

function fileProblem({ path, content, mode, owner }: DesiredFile, found: string): string[] {
  const sum = createHash("sha256").update(content).digest("hex");
  if (found === `${sum} ${parseInt(mode, 8).toString(8)} ${owner}`) return [];
  if (found === "") return [`${path} is missing`];
  return [`${path} ${found.startsWith(sum) ? "has other rights" : "has other content"} than defined`];
}

function serviceProblem(name: string, found: string): string[] {
  const [active = "", enabled = ""] = found.split(" ");
  if (active !== "active") return [`the service ${name} is ${active}`];
  return ["disabled", "masked", "not-found", ""].includes(enabled)
    ? [`the service ${name} does not start at boot`]
    : [];
}

function healthVariables(health: HealthDefinition, port: number, hostname: string, seconds: number): string {
  const variables = { PORT: port, HOST: hostname, TARGET: health.path, STATUS: health.status, TEXT: health.contains };
  return `export ${Object.entries({ ...variables, SECONDS: seconds })
    .map(([name, value]) => `HEALTH_${name}=${quote(String(value))}`)
    .join(" ")}`;
}

/** Python, because cloud-init brings it to every machine; curl is not everywhere. */
const healthProgram = `import http.client, os, time
variable = lambda name: os.environ["HEALTH_" + name]
where = "port " + variable("PORT") + variable("TARGET")
def problem():
    connection = http.client.HTTPConnection("127.0.0.1", int(variable("PORT")), timeout=10)
    try:
        connection.request("GET", variable("TARGET"), headers={"Host": variable("HOST"), "X-Forwarded-Proto": "https"})
        answer = connection.getresponse()
        body = answer.read(4_000_000).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as error:
        return f"no answer at {where} ({error})"
    finally:
        connection.close()
    if answer.status != int(variable("STATUS")):
        return f"HTTP status {answer.status} instead of {variable('STATUS')} at {where}"
    if variable("TEXT") not in body:
        return f"an answer without the text {variable('TEXT')} at {where}"
    return ""
deadline = time.monotonic() + float(variable("SECONDS"))
while (found := problem()) and time.monotonic() < deadline:
    time.sleep(0.2)
print(" ".join(found.split()) or "ok")
`;

import type { SoftwareDefinition } from "../../../catalogue/schema";
import { quote, words } from "../shell";

/** A file as it shall be on the machine. */
export interface DesiredFile {
  readonly path: string;
  readonly content: string;
  /** Octal. */
  readonly mode: string;
  /** `user:group`. */
  readonly owner: string;
}

const strict =
  "set -euo pipefail\nexport DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 PATH=/usr/sbin:/usr/bin:/sbin:/bin";

const aptOptions = [
  // Another apt, such as the first boot's, is waited for.
  "-o DPkg::Lock::Timeout=300",
  "-o Dpkg::Options::=--force-confold",
  "-o Dpkg::Use-Pty=0",
  "-o Acquire::Retries=3",
].join(" ");

/**
 * Installs what is missing, from the machine's own package sources. The lists are refreshed when they are older than an
 * hour, and once more when they turn out not to fit. What is there already is left as it is: upgrades are asked for.
 * @param version of the definition's version package; `*` stands for anything
 */
export function packagesScript({ packages }: SoftwareDefinition, version?: string): string {
  const wanted = packages.install.map((name) =>
    name === packages.version && version !== undefined ? `${name}=${version}` : name,
  );
  const install = `apt-get install -y -q --no-install-recommends ${aptOptions} ${words(wanted)} ${words(
    packages.without.map((name) => `${name}-`),
  )}`;
  return `${strict}
installed() { [ "$(dpkg-query -W -f '\${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }
refresh() { apt-get update -q ${aptOptions} -o APT::Update::Error-Mode=any; }
complete=${version === undefined ? "yes" : "no"}
for package in ${words(packages.install)}; do installed "$package" || complete=no; done
[ $complete = yes ] && exit 0
# What an interrupted run left half done.
dpkg --configure -a
find /var/lib/apt/lists/partial -maxdepth 0 -mmin -60 2>/dev/null | grep -q . || refresh
${install} || { refresh && ${install}; }
`;
}

/** What an earlier definition brought and the present one does not. */
export interface Obsolete {
  readonly services: readonly string[];
  readonly paths: readonly string[];
}

/** Stops obsolete services while their units are still there to be stopped, then removes the files. */
export function retirementScript({ services, paths }: Obsolete): string {
  return `${strict}
${stopServices(services)}${paths.length > 0 ? `rm -f ${words(paths)}\n` : ""}systemctl daemon-reload
`;
}

function stopServices(services: readonly string[]): string {
  if (services.length === 0) return "";
  return `for service in ${words(services)}; do
  if systemctl cat "$service" >/dev/null 2>&1; then systemctl disable --quiet --now "$service"; fi
  systemctl reset-failed "$service" 2>/dev/null || true
done
`;
}

/** Writes every file in one step each. */
export function filesScript(files: readonly DesiredFile[]): string {
  return `${strict}
umask 077
put() {
  (umask 022 && mkdir -p "$(dirname "$1")")
  new=$(mktemp "$(dirname "$1")/.deploy4me.XXXXXXXX")
  base64 -d >"$new"
  chown "$3" "$new"
  chmod "$2" "$new"
  mv -fT "$new" "$1"
}
${files.map(put).join("")}`;
}

/** Base64 has no line that could end the here-document. */
function put({ path, mode, owner, content }: DesiredFile): string {
  const encoded = Buffer.from(content).toString("base64");
  return `put ${quote(path)} ${quote(mode)} ${quote(owner)} <<'END'\n${encoded}\nEND\n`;
}

/** The definition's own script, as its author wrote it. */
export function setupScript(setup: string): string {
  return `${strict}\n${setup}`;
}

/** Starts the services anew, because what they read may have changed. */
export function servicesScript(services: readonly string[]): string {
  return `${strict}
systemctl daemon-reload
systemctl enable --quiet ${words(services)}
# What failed too often is not started again before this.
systemctl reset-failed ${words(services)} 2>/dev/null || true
systemctl restart ${words(services)}
`;
}

/** The last that services said, for whoever has to find out why they don't work. */
export function logsScript(services: readonly string[]): string {
  const units = services.map((name) => `-u ${quote(name)}`).join(" ");
  return `systemctl --no-pager --failed --plain --no-legend || true
journalctl --no-pager --quiet -n 20 ${units} || true`;
}

export interface Removal {
  readonly definition: SoftwareDefinition;
  /** Also the data. Packages' own removal scripts may delete data too: without this they don't get to run. */
  readonly purge: boolean;
}

/** Removes the software; its data stays unless it shall go. Repeatable, because it may break off half-way. */
export function removalScript({ definition, purge }: Removal): string {
  const { services, packages, files, data, remove } = definition;
  const paths = files.map(({ path }) => path).filter((path) => purge || !data.includes(path));
  return `${strict}
${remove}
${stopServices(services)}${paths.length > 0 ? `rm -f ${words(paths)}` : ""}
installed=()
for package in ${words(packages.install)}; do
  if dpkg-query -W "$package" >/dev/null 2>&1; then installed+=("$package"); fi
done
[ \${#installed[@]} -eq 0 ] || apt-get ${purge ? "purge" : "remove"} -y -q ${aptOptions} "\${installed[@]}"
apt-get autoremove -y -q ${purge ? "--purge " : ""}${aptOptions}
${purge && data.length > 0 ? `rm -rf ${words(data)}` : ""}
systemctl daemon-reload
`;
}

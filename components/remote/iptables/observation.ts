import { createHash } from "node:crypto";

import type { SshSession } from "../ssh";
import { succeed } from "../succeed";
import { bootUnit, bootUnitName, bootUnitPath, ruleFiles, rulesDirectory } from "./boot";
import { type Chains, restoreText } from "./chains";
import { foundChains, type Report } from "./found";
import { lockPath, preamble, putFile } from "./scripts";

/** What a machine says about its firewall. */
export interface Observation {
  /** What filters now, foreign rules too. */
  readonly rules: Chains;
  /** {@link loadsTheseRules}, or what would be otherwise after a boot. */
  readonly boot: string;
}

/** The condition of a machine that comes up with the rules it has. */
export const loadsTheseRules = "loads these rules before the network is up";

/**
 * Reads everything that filters, and changes nothing. What can't be read is said under `unreadable`, so that it shows as
 * drift, never as an empty ruleset.
 * @param applied the rules as they were last applied: what is still there is said in their words
 * @throws CommandFailed | ConnectionLost | Timeout
 */
export async function observe(session: SshSession, applied: Chains): Promise<Observation> {
  const action = "reading the firewall rules";
  const output = await succeed(session, observationScript(applied), { action, timeoutMs: 90_000 });
  return parseObservation(output, applied);
}

/**
 * One command after the other, each reported with its exit code. `iptables-save` alone is not to be believed: of a rule
 * that `nft` put into its tables it may print another one, or nothing at all, and exit with 0. So what it printed is
 * loaded in a throw-away network namespace, and compared as `nft` lists it. The applied rules are loaded in another, because the
 * kernel may say them in other words.
 */
export function observationScript(applied: Chains): string {
  const desired = restoreText(applied);
  return `${preamble}
directory=$(mktemp -d) || exit 1
export directory
trap 'rm -rf "$directory"' EXIT
cd "$directory"
mkdir -p "$(dirname ${lockPath})"
exec 9>>${lockPath}
flock --shared --timeout 60 9 || { echo 'another change of the firewall rules is under way' >&2; exit 1; }
report() {
  local name=$directory/$1
  shift
  "$@" >"$name.out" 2>"$name.err" </dev/null
  echo $? >"$name.code"
}
export -f report
legacy() {
  local tables=
  [ ! -e "/proc/net/$1_names" ] || read -r tables <"/proc/net/$1_names"
  [ -z "$tables" ] || "$2"
}
load() { iptables-nft-restore <"$1" && ip6tables-nft-restore <"$2"; }
export -f load
${putFile("desired.v4", desired.ipv4)}${putFile("desired.v6", desired.ipv6)}
report ipv4 iptables-nft-save
report ipv6 ip6tables-nft-save
report nft nft --stateless list ruleset
report legacy.ipv4 legacy ip_tables iptables-legacy-save
report legacy.ipv6 legacy ip6_tables ip6tables-legacy-save
unshare --net bash <<'ELSEWHERE'
report found.load load ipv4.out ipv6.out
report found.nft nft --stateless list ruleset
ELSEWHERE
unshare --net bash <<'ELSEWHERE'
report desired.load load desired.v4 desired.v6
report desired.nft nft --stateless list ruleset
report desired.ipv4 iptables-nft-save
report desired.ipv6 ip6tables-nft-save
ELSEWHERE
cd ${rulesDirectory} 2>/dev/null || cd /
report boot.ipv4 sha256sum ${ruleFiles.ipv4}
report boot.ipv6 sha256sum ${ruleFiles.ipv6}
report boot.checksum sha256sum --status --strict --check ${ruleFiles.checksum}
report boot.unit sha256sum ${bootUnitPath}
report boot.enabled systemctl is-enabled ${bootUnitName}
cd "$directory"
grep --text --with-filename '' -- *.code *.out *.err
exit 0
`;
}

export function parseObservation(output: string, applied: Chains): Observation {
  const said = parseReport(output);
  return { rules: foundChains(said, applied), boot: bootOf(said, applied) };
}

/** Each line with its file: `ipv4.out:*filter`. What was not reported counts as a failure, and so as unreadable. */
function parseReport(output: string): Report {
  const files = new Map<string, string>();
  for (const line of output.split("\n")) {
    const end = line.indexOf(":");
    const name = line.slice(0, end);
    files.set(name, `${files.get(name) ?? ""}${line.slice(end + 1)}\n`);
  }
  const text = (name: string): string => files.get(name) ?? "";
  return (name) => {
    const code = text(`${name}.code`).trim();
    return code === ""
      ? { code: 1, stdout: "", stderr: "it was not run" }
      : { code: Number(code), stdout: text(`${name}.out`), stderr: text(`${name}.err`) };
  };
}

function bootOf(said: Report, applied: Chains): string {
  const desired = restoreText(applied);
  const isFile = (name: string, content: string): boolean =>
    said(name).stdout.startsWith(createHash("sha256").update(content).digest("hex"));
  const enabled = said("boot.enabled").stdout.trim();
  const problems = [
    ...(isFile("boot.ipv4", desired.ipv4) ? [] : [`${rulesDirectory}/${ruleFiles.ipv4} holds other rules`]),
    ...(isFile("boot.ipv6", desired.ipv6) ? [] : [`${rulesDirectory}/${ruleFiles.ipv6} holds other rules`]),
    ...(said("boot.checksum").code === 0 ? [] : [`${rulesDirectory}/${ruleFiles.checksum} does not fit them`]),
    ...(isFile("boot.unit", bootUnit) ? [] : [`${bootUnitPath} is not ours`]),
    ...(enabled === "enabled" ? [] : [`${bootUnitName} is ${enabled === "" ? "unreadable" : enabled}`]),
  ];
  return problems.length === 0 ? loadsTheseRules : problems.join("; ");
}

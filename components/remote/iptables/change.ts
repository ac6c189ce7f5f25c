import { bootUnit } from "./boot";
import { type Chains, restoreText } from "./chains";
import { guard, lockSeconds, windowSeconds } from "./guard";
import { preamble, putFile, runDirectory } from "./scripts";

/** One change of a machine's rules. */
export interface Change {
  /** Names its folder; new for each change. */
  readonly token: string;
  /** All that shall filter; in the mode `baseline` nothing, beside it. */
  readonly rules: Chains;
  /** `baseline` ends with the baseline and no rules of ours. */
  readonly mode: "rules" | "baseline";
  /** Whose rules these are. */
  readonly owner: string;
}

/** What the guard says about a change, and what explains it. */
export interface ChangeState {
  readonly word: string;
  readonly detail: string;
  readonly arrival: Arrival;
}

/** The connection that a change was begun over, as the machine sees it. */
export interface Arrival {
  readonly source: string;
  readonly destination: string;
  readonly port: number;
  /** Where it comes in. Empty when it can't be told. */
  readonly inInterface: string;
}

/**
 * Starts the guard, and waits until the new rules are in force. The guard is a service of its own where there is systemd, so that
 * nothing that ends with the connection ends it.
 */
export function beginScript({ token, rules, mode, owner }: Change): string {
  const text = restoreText(rules);
  const folder = `${runDirectory}/${token}`;
  return `${preamble}
set -e
mkdir -p ${folder}
# What changes left that nobody asked about.
find ${runDirectory} -mindepth 1 -maxdepth 1 -type d -mmin +60 -exec rm -rf {} +
cd ${folder}
mkfifo orders
echo ${mode} >mode
echo ${owner} >owner
${putFile("new.v4", text.ipv4)}${putFile("new.v6", text.ipv6)}${putFile("unit", bootUnit)}${putFile("guard", guard)}
read -r source _ destination port <<<"\${SSH_CONNECTION:-}"
interface=$(ip -oneline address show to "$destination" 2>/dev/null | awk 'NR == 1 { print $2 }') || :
printf '%s\t%s\t%s\t%s\n' "$source" "$destination" "$port" "$interface" >arrival
echo waiting >state
[ -d /run/systemd/system ] && systemd-run --quiet --collect --no-block --unit=deploy4me-firewall-${token} --property=OOMScoreAdjust=-900 bash ${folder}/guard ||
  setsid --fork bash ${folder}/guard >/dev/null 2>&1 </dev/null
${tell("waiting", lockSeconds + windowSeconds)}`;
}

/** Gives the guard its order, and waits for its last word. */
export function concludeScript(token: string, order: "confirm" | "abandon"): string {
  return `${enter(token)}
[ "$(head -n 1 state)" != applied ] || timeout 5 bash -c 'echo ${order} >orders'
${tell("applied", 20)}`;
}

/** Waits for what became of a change that nobody could confirm. */
export function outcomeScript(token: string): string {
  return `${enter(token)}\n${tell("applied", windowSeconds + 10)}`;
}

function enter(token: string): string {
  return `${preamble}\ncd ${runDirectory}/${token} 2>/dev/null && [ -e state ] || { printf '\\nunknown\\n'; exit 0; }`;
}

/** Waits while the guard says a word, and tells what it says then. */
function tell(word: string, seconds: number): string {
  return `for _ in $(seq ${seconds * 20}); do
  read -r word <state
  [ "$word" = ${word} ] || break
  sleep 0.05
done
cat arrival state
`;
}

/** What {@link beginScript} and the others answer. */
export function parseState(output: string): ChangeState {
  const [came = "", word = "", ...detail] = output.split("\n");
  const [source = "", destination = "", port = "", inInterface = ""] = came.split("\t");
  return { word, detail: detail.join("\n").trim(), arrival: { source, destination, port: Number(port), inInterface } };
}

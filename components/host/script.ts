import { quote } from "../remote/shell";

/**
 * Text of shell scripts, built purely. A script is sent to `bash -s` on standard input: what it contains is in no
 * command line and no log.
 */

export interface FileOnMachine {
  readonly path: string;
  readonly content: string;
  /** Octal. Default: `0644`. */
  readonly mode?: string;
  /** `user:group`. Default: `root:root`. */
  readonly owner?: string;
}

/**
 * Writes a file in one step: whoever reads it sees the old text or the new, never a half, and never with the wrong
 * rights.
 */
export function writeFile({ path, content, mode = "0644", owner = "root:root" }: FileOnMachine): string {
  const [user = "root", group = "root"] = owner.split(":");
  const end = endMarker(content);
  const body = content.endsWith("\n") || content === "" ? content : `${content}\n`;
  return [
    `install -D -m ${mode} -o ${user} -g ${group} /dev/stdin ${quote(`${path}.new`)} <<'${end}'`,
    `${body}${end}`,
    `mv -f ${quote(`${path}.new`)} ${quote(path)}`,
  ].join("\n");
}

/**
 * A whole script from its steps. The shell reads all of it before the first step runs, and steps have an empty standard
 * input: one that reads can't swallow the rest.
 */
export function script(...steps: readonly string[]): string {
  return [
    "set -euo pipefail",
    "export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8",
    "main() {",
    ...steps,
    "}",
    "main </dev/null",
    "",
  ].join("\n");
}

/** Installs packages that may be there already, and waits for another apt instead of failing. */
export function installPackages(packages: readonly string[]): string {
  const options = "-o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold -o Dpkg::Use-Pty=0";
  return `apt-get install -y -q --no-install-recommends ${options} ${packages.map(quote).join(" ")} >/dev/null`;
}

export function refreshPackageLists(): string {
  return "apt-get update -q -o DPkg::Lock::Timeout=300 -o APT::Update::Error-Mode=any >/dev/null";
}

/** A here-document ends at its marker, so the marker must not be a line of the text. */
function endMarker(content: string): string {
  const lines = new Set(content.split("\n"));
  let marker = "END";
  while (lines.has(marker)) marker += "_";
  return marker;
}

/** What the scripts for a machine's firewall have in common. */

/** Below it: the lock, and a folder for each change that is under way. Gone with a reboot, as changes are. */
export const runDirectory = "/run/deploy4me/firewall";
export const lockPath = `${runDirectory}/lock`;

export const preamble = "set -uo pipefail\numask 077\nexport LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin";

/** Writes a file into the working directory. Base64 has no line that could end the here-document. */
export function putFile(name: string, content: string): string {
  return `base64 -d >${name} <<'END'\n${Buffer.from(content).toString("base64")}\nEND\n`;
}

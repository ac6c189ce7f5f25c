import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { SandboxRanges } from "../hosts";
import type { Layout } from "./addresses";
import { inNamespace } from "./command";
import { registryDirectory } from "./registry";

/** Lies over the machine's own files while a visitor's command runs, and only for that command. */
const script = [
  'mount --bind "$1/resolv.conf" /etc/resolv.conf',
  '{ [ ! -e /etc/nsswitch.conf ] || mount --bind "$1/nsswitch.conf" /etc/nsswitch.conf; }',
  "shift",
  'exec "$@"',
].join(" && ");

/**
 * A command as the sandbox's visitor runs it: with the visitor's addresses, and with names as the sandbox resolves them.
 * Nothing outside of the command sees that.
 * @returns program and arguments
 * @example
 * const [program, ...args] = visitorCommand(hosts.ranges.visitor, ["curl", "https://wiki.example.com"]);
 */
export function visitorCommand(
  { namespace }: Pick<SandboxRanges["visitor"], "namespace">,
  command: readonly string[],
): [string, ...string[]] {
  const inside = [
    "unshare",
    "--mount",
    "--propagation",
    "private",
    "sh",
    "-c",
    script,
    "sh",
    filesFor(namespace),
    ...command,
  ];
  const [program, args] = inNamespace(namespace, inside);
  return [program, ...args];
}

export async function writeVisitorFiles({ gateway, ranges: { visitor } }: Layout): Promise<void> {
  const directory = filesFor(visitor.namespace);
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, "resolv.conf"), `nameserver ${gateway.ipv4}\noptions timeout:3 attempts:2\n`);
  // This machine's may ask a resolver on this machine, which knows nothing of the sandbox.
  const sources = ["passwd: files", "group: files", "hosts: files dns", "services: files", "protocols: files"];
  await writeFile(join(directory, "nsswitch.conf"), `${sources.join("\n")}\n`);
}

export async function removeVisitorFiles(layout: Layout): Promise<void> {
  await rm(filesFor(layout.ranges.visitor.namespace), { recursive: true, force: true });
}

/** Follows from the namespace's name, so that it can be found from what the sandbox shows of itself. */
function filesFor(namespace: string): string {
  return join(registryDirectory, namespace);
}

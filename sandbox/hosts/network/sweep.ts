import { readdir } from "node:fs/promises";

import { layoutOf, namespacePrefix } from "./addresses";
import { inNamespace, run } from "./command";
import { removeVisitorFiles } from "./visitor";

/**
 * Removes everything that a sandbox with this index has on this machine, whoever made it and however that ended:
 * everything is named by the index.
 */
export async function sweep(index: number): Promise<void> {
  const layout = layoutOf(index);
  if ((await names("/sys/class/net")).includes(layout.hostLink)) await removeLink(layout.hostLink);
  for (const namespace of await namespacesOf(index)) await removeNamespace(namespace);
  await removeVisitorFiles(layout);
}

/** The names of all namespaces of a sandbox. */
export async function namespacesOf(index: number): Promise<string[]> {
  return (await names("/run/netns")).filter((name) => name.startsWith(namespacePrefix(index)));
}

/**
 * Ends what runs in a namespace, and removes it with its links. That a namespace has no name any more would not remove
 * it: it lives as long as a process in it does.
 */
export async function removeNamespace(namespace: string): Promise<void> {
  const pids = await run("ip", ["netns", "pids", namespace], { action: `looking into ${namespace}` });
  for (const pid of pids.split("\n").filter((line) => line !== "")) kill(Number(pid));
  await cutLinks(namespace);
  await run("ip", ["netns", "delete", namespace], { action: `removing ${namespace}` });
}

/** Links are gone at once when they are deleted, but only some time later when their namespace is. */
async function cutLinks(namespace: string): Promise<void> {
  const text = await run("ip", ["-netns", namespace, "-json", "link", "show", "type", "veth"], {
    action: `looking into ${namespace}`,
  });
  const links: unknown = text.trim() === "" ? [] : JSON.parse(text);
  const list: readonly unknown[] = Array.isArray(links) ? links : [];
  for (const link of list) {
    const name = typeof link === "object" && link !== null && "ifname" in link ? link.ifname : undefined;
    if (typeof name !== "string") continue;
    // It may have gone with its other end.
    const [program, args] = inNamespace(namespace, ["ip", "link", "delete", name]);
    await run(program, args, { action: `removing ${namespace}`, success: [0, 1] });
  }
}

async function removeLink(name: string): Promise<void> {
  await run("ip", ["link", "delete", name], { action: `removing the link ${name}`, success: [0, 1] });
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself meanwhile.
  }
}

async function names(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch {
    return [];
  }
}

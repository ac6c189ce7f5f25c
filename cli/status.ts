import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { z } from "zod";

import { sandboxName } from "../sandbox/hosts/machines/name";
import type { RunningSandbox } from "./daemon";
import type { CloudAccess } from "./environment";

const dropletSchema = z.object({
  id: z.number(),
  name: z.string(),
  status: z.string(),
  memory: z.number(),
  networks: z.object({
    v4: z.array(z.object({ ip_address: z.string(), type: z.string() })),
    v6: z.array(z.object({ ip_address: z.string() })),
  }),
});
const reservedSchema = z.object({ ip: z.string(), droplet: z.object({ id: z.number() }).nullable() });
const domainSchema = z.object({ name: z.string() });

/** What is in the cloud, as its own API says it, and what its machines use of this one. */
export interface Inventory {
  readonly droplets: readonly z.infer<typeof dropletSchema>[];
  readonly reservedIps: readonly z.infer<typeof reservedSchema>[];
  readonly domains: readonly string[];
  /** Memory that the programs of a machine use (MB), by its number; machines that are off use none. */
  readonly memoryInUse: Readonly<Record<number, number>>;
}

export async function readInventory(cloud: CloudAccess, room: string): Promise<Inventory> {
  const [droplets, reserved, domains] = await Promise.all([
    list(cloud, "droplets", "droplets", dropletSchema),
    list(cloud, "reserved_ips", "reserved_ips", reservedSchema),
    list(cloud, "domains", "domains", domainSchema),
  ]);
  const name = await sandboxName(room);
  const memoryInUse = Object.fromEntries(droplets.map(({ id }) => [id, machineMemory(name, id)]));
  return { droplets, reservedIps: reserved, domains: domains.map((domain) => domain.name), memoryInUse };
}

/** From the machine's cgroup, of either version: anonymous memory, without what the kernel only keeps at hand. */
function machineMemory(sandbox: string, id: number): number {
  for (const [folder, key] of [
    ["memory", "total_rss"],
    ["", "anon"],
  ] as const) {
    const file = join("/sys/fs/cgroup", folder, sandbox, String(id), "memory.stat");
    if (!existsSync(file)) continue;
    const bytes = new RegExp(`^${key} (\\d+)$`, "m").exec(readFileSync(file, "utf8"))?.[1];
    return Math.round(Number(bytes ?? 0) / 1024 ** 2);
  }
  return 0;
}

export function statusText({ apiUrl, tlsUrl, caFile, ranges }: RunningSandbox, inventory: Inventory): string {
  const { droplets, reservedIps, domains, memoryInUse } = inventory;
  const rows = droplets.map(({ id, name, status, memory, networks }) => [
    name,
    status,
    `${memoryInUse[id] ?? 0} of ${memory} MB`,
    [
      ...reservedIps.filter(({ droplet }) => droplet?.id === id).map(({ ip }) => `${ip} (reserved)`),
      ...networks.v4.map(({ ip_address }) => ip_address),
      ...networks.v6.map(({ ip_address }) => ip_address),
    ].join(" "),
  ]);
  return [
    `API       ${apiUrl}`,
    `over TLS  ${tlsUrl} (authority: ${caFile})`,
    `deployer  ${ranges.deployer.ipv4}`,
    `visitor   ${ranges.visitor.ipv4} ${ranges.visitor.ipv6}`,
    `domains   ${domains.length === 0 ? "none" : domains.join(" ")}`,
    `machines  ${rows.length === 0 ? "none" : ""}`.trimEnd(),
    ...table(rows).map((line) => `  ${line}`),
  ].join("\n");
}

export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

async function list<Item>(cloud: CloudAccess, path: string, key: string, item: z.ZodType<Item>): Promise<Item[]> {
  const answer = await fetch(`${cloud.apiUrl}/v2/${path}?per_page=200`, {
    headers: { authorization: `Bearer ${readFileSync(cloud.tokenFile, "utf8").trim()}` },
    signal: AbortSignal.timeout(10_000),
  });
  if (!answer.ok) throw new Error(`the sandbox answered GET /v2/${path} with ${answer.status}`);
  const found = z.record(z.string(), z.unknown()).parse(await answer.json())[key];
  return z.array(item).parse(found);
}

import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

import type { MachineSpec } from "../hosts";
import { writeWhole } from "../storage/records";

const file = "machine.json";

/** What is remembered of a machine, beside its disk. */
export interface MachineRecord {
  readonly spec: MachineSpec;
  /** The machine id the guest gets (UUID): a new one with every new disk. */
  readonly uuid: string;
}

const spec = z.object({
  id: z.int(),
  hostname: z.string(),
  region: z.string(),
  userData: z.string(),
  sshKeys: z.array(z.string()),
  public: z.object({ ipv4: z.string(), ipv6: z.string().exactOptional() }).exactOptional(),
  private: z.object({ networkId: z.string(), ipv4: z.string() }),
  tags: z.array(z.string()),
  memoryMb: z.number(),
  vcpus: z.number(),
  diskGb: z.number().exactOptional(),
  image: z.string().exactOptional(),
  fault: z.enum(["never-boots", "wrong-host-key", "disk-full"]).exactOptional(),
}) satisfies z.ZodType<MachineSpec>;

const record = z.object({ spec, uuid: z.uuid() }) satisfies z.ZodType<MachineRecord>;

export async function writeRecord(folder: string, { spec, uuid }: MachineRecord): Promise<void> {
  await writeWhole(join(folder, file), `${JSON.stringify({ spec, uuid })}\n`);
}

/** Every machine that was completely made. Folders without a record are what a crash left of one that was not. */
export async function readRecords(machines: string): Promise<{ records: MachineRecord[]; incomplete: string[] }> {
  const records: MachineRecord[] = [];
  const incomplete: string[] = [];
  for (const name of await readdir(machines)) {
    const folder = join(machines, name);
    const text = await readFile(join(folder, file), "utf8").catch(() => undefined);
    if (text === undefined) incomplete.push(folder);
    else records.push(record.parse(JSON.parse(text)));
  }
  return { records, incomplete };
}

import { execFile, execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import ipaddr from "ipaddr.js";

import { home } from "../../../../cli/home";
import type { Hosts, MachineSpec } from "../../../../sandbox/hosts/hosts";
import { buildImage } from "../../../../sandbox/hosts/image";
import { sandboxName } from "../../../../sandbox/hosts/machines/name";
import { openHosts, removeHosts } from "../../../../sandbox/hosts/room";

const execute = promisify(execFile);

export interface Answer {
  readonly code: number;
  readonly output: string;
}

/** A machine room in a directory of its own, and an administrator who goes to its machines by SSH. */
export class MachineRoom {
  readonly log: string[] = [];
  private opened: Hosts | undefined;
  private hostKeys: { readonly privateKey: string; readonly publicKey: string } | undefined;

  private constructor(
    readonly directory: string,
    readonly image: string,
    /** The group of all its machines, below each cgroup hierarchy. */
    readonly group: string,
  ) {}

  static async open(image?: string): Promise<MachineRoom> {
    const { image: standard } = home();
    if (image === undefined) await buildImage(standard, () => undefined);
    const top = await mkdtemp(join(tmpdir(), "deploy4me-machines-"));
    const directory = join(top, "sandbox");
    await mkdir(directory);
    const room = new MachineRoom(directory, image ?? standard, await sandboxName(directory));
    for (const name of ["admin", "host"]) {
      await execute("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", join(top, name)]);
    }
    const read = (name: string) => readFile(join(top, name), "utf8");
    room.hostKeys = { privateKey: await read("host"), publicKey: (await read("host.pub")).trim() };
    await room.reopen();
    return room;
  }

  /** Opens the room in the same directory once more, with the network its machines are in. */
  async reopen(): Promise<void> {
    const { directory, image } = this;
    this.opened = await openHosts({ directory, image, log: (line) => this.log.push(line) });
    await this.opened.setNetworks([{ id: "office", range: "10.20.0.0/24" }]);
  }

  get hosts(): Hosts {
    if (this.opened === undefined) throw new Error("the room is closed");
    return this.opened;
  }

  /** A machine that administrators can reach, whose user data holds its host key. */
  spec(id: number, changes: Partial<MachineSpec> = {}): MachineSpec {
    const [range = ""] = this.hosts.ranges.public;
    const address = ipaddr.IPv4.networkAddressFromCIDR(range).toByteArray();
    address[3] = (address[3] ?? 0) + 4 + id;
    return {
      id,
      hostname: `machine-${id}`,
      region: "fra1",
      userData: this.userData(),
      sshKeys: [readFileSync(join(this.directory, "../admin.pub"), "utf8").trim()],
      public: { ipv4: address.join(".") },
      private: { networkId: "office", ipv4: `10.20.0.${10 + id}` },
      tags: [],
      memoryMb: 1024,
      vcpus: 2,
      ...changes,
    };
  }

  userData(further: Readonly<Record<string, unknown>> = {}): string {
    const { privateKey = "", publicKey = "" } = this.hostKeys ?? {};
    const keys = { ed25519_private: privateKey, ed25519_public: publicKey };
    // JSON is YAML.
    return `#cloud-config\n${JSON.stringify({ ssh_keys: keys, ...further })}\n`;
  }

  /** Boots a machine and waits until it answers. */
  async boot(id: number, changes: Partial<MachineSpec> = {}): Promise<MachineSpec> {
    const spec = this.spec(id, changes);
    await this.hosts.create(spec);
    await this.answers(spec);
    return spec;
  }

  /** The host key that user data gives to every machine: kind and key. */
  get pinned(): string {
    return (this.hostKeys?.publicKey ?? "").split(" ").slice(0, 2).join(" ");
  }

  /** The host key that a machine shows as soon as it shows one. */
  async hostKey({ public: outer }: MachineSpec): Promise<string> {
    let shown = "";
    await until(async () => {
      const args = ["-t", "ed25519", "-T", "2", outer?.ipv4 ?? ""];
      const scan = await execute("ssh-keyscan", args).catch(() => ({ stdout: "" }));
      shown = /(ssh-ed25519 \S+)/.exec(scan.stdout)?.[1] ?? "";
      return shown !== "";
    });
    return shown;
  }

  /** What a machine's folder takes of this machine's disk. */
  bytes(id: number): number {
    const folder = join(this.directory, "machines", String(id));
    return Number(execFileSync("du", ["-s", "--block-size=1", folder], { encoding: "utf8" }).split("\t")[0]);
  }

  /** Runs a script in a machine, by SSH with the pinned host key, or another. */
  async ssh({ id, public: outer }: MachineSpec, script: string, hostKey = this.pinned): Promise<Answer> {
    const address = outer?.ipv4 ?? "";
    const known = join(this.directory, `../known_hosts_${id}`);
    await writeFile(known, `${address} ${hostKey}\n`);
    const options = [
      ...["StrictHostKeyChecking=yes", `UserKnownHostsFile=${known}`, "GlobalKnownHostsFile=none", "BatchMode=yes"],
      ...["ConnectTimeout=2", "LogLevel=ERROR", "HostKeyAlgorithms=ssh-ed25519"],
    ];
    const args = [...options.flatMap((option) => ["-o", option]), "-F", "none", "-i", join(this.directory, "../admin")];
    const child = execute("ssh", [...args, `root@${address}`, "bash", "-s"], { timeout: 60_000 });
    // A connection that is refused says so by the exit code.
    child.child.stdin?.on("error", () => undefined);
    child.child.stdin?.end(script);
    try {
      return { code: 0, output: (await child).stdout };
    } catch (error) {
      const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string };
      return { code: typeof code === "number" ? code : 255, output: `${stdout ?? ""}${stderr ?? ""}` };
    }
  }

  /** Waits until SSH answers. */
  async answers(spec: MachineSpec): Promise<void> {
    let last = "";
    await until(async () => {
      const { code, output } = await this.ssh(spec, "true");
      last = output;
      return code === 0;
    }).catch(async (error: unknown) => {
      const console = await readFile(join(this.directory, "machines", String(spec.id), "console.log"), "utf8");
      throw new Error(`machine ${spec.id} does not answer: ${last}\n${console}`, { cause: error });
    });
  }

  /** Paths below the machine's cgroups, in every hierarchy. */
  groups(...path: string[]): string[] {
    const hierarchies = ["", ...readdirSync("/sys/fs/cgroup")];
    return hierarchies.map((name) => join("/sys/fs/cgroup", name, this.group, ...path)).filter(existsSync);
  }

  /** The content of a file of a machine's cgroup, whichever version has it. */
  limit(id: number, ...names: readonly string[]): string {
    const [file] = names.flatMap((name) => this.groups(String(id), name));
    if (file === undefined) throw new Error(`no cgroup of machine ${id} has ${names.join(" or ")}`);
    return readFileSync(file, "utf8").trim();
  }

  /** The processes that machines of this room run under. */
  supervisors(): string[] {
    return readdirSync("/proc").filter((pid) => {
      try {
        return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(`--machine=${this.group}-`);
      } catch {
        // It ended meanwhile.
        return false;
      }
    });
  }

  /** Closes the room and keeps its directory. */
  async leave(): Promise<void> {
    await this.opened?.close();
    this.opened = undefined;
  }

  async close(): Promise<void> {
    await this.leave();
    await removeHosts(this.directory);
    await rm(join(this.directory, ".."), { recursive: true });
  }
}

/** Waits for what has to come: how long it takes decides nothing, only that it comes at all. */
export async function until(condition: () => boolean | Promise<boolean>, timeoutMs = 60_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not within ${timeoutMs / 1000} s`);
    await sleep(100);
  }
}

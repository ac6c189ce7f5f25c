import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import ipaddr from "ipaddr.js";
import { Client } from "ssh2";

import type { Hosts, MachineSpec, PrivateNetwork } from "../../sandbox/hosts/hosts";

/** How long a machine may take at all. */
const patienceMs = 300_000;

/** Machines that are alike, with an administrator who knows their host key. */
export class Farm {
  readonly network: PrivateNetwork = { id: "farm", range: "10.20.0.0/24" };

  private constructor(
    private readonly hosts: Hosts,
    private readonly keys: {
      readonly admin: string;
      readonly adminPublic: string;
      readonly host: string;
      readonly hostPublic: string;
    },
  ) {}

  /** @param folder Where keys are made. */
  static make(hosts: Hosts, folder: string): Farm {
    const [admin, host] = ["admin", "host"].map((name) => {
      const file = join(folder, name);
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", file]);
      return { secret: readFileSync(file, "utf8"), open: readFileSync(`${file}.pub`, "utf8").trim() };
    });
    if (admin === undefined || host === undefined) throw new Error("no keys");
    return new Farm(hosts, { admin: admin.secret, adminPublic: admin.open, host: host.secret, hostPublic: host.open });
  }

  /**
   * Makes a machine.
   * @returns the seconds until it answers by SSH
   */
  async boot(id: number): Promise<number> {
    const start = performance.now();
    const spec = this.spec(id);
    await this.hosts.create(spec);
    await this.run(spec, "true", start + patienceMs);
    return (performance.now() - start) / 1000;
  }

  /** Waits until a machine's first boot is all done. */
  async settles(id: number): Promise<void> {
    await this.run(this.spec(id), "cloud-init status --wait >/dev/null; true", performance.now() + patienceMs);
  }

  private spec(id: number): MachineSpec {
    const { host, hostPublic, adminPublic } = this.keys;
    const [range = ""] = this.hosts.ranges.public;
    const address = ipaddr.IPv4.networkAddressFromCIDR(range).toByteArray();
    address[3] = (address[3] ?? 0) + 4 + id;
    const config = { ssh_keys: { ed25519_private: host, ed25519_public: hostPublic } };
    return {
      id,
      hostname: `machine-${id}`,
      region: "fra1",
      userData: `#cloud-config\n${JSON.stringify(config)}\n`,
      sshKeys: [adminPublic],
      public: { ipv4: address.join(".") },
      private: { networkId: this.network.id, ipv4: `10.20.0.${10 + id}` },
      tags: [],
      memoryMb: 512,
      vcpus: 1,
    };
  }

  /** Knocks until a command has run. */
  private async run(spec: MachineSpec, command: string, deadline: number): Promise<void> {
    for (;;) {
      const error = await this.try(spec, command).catch((cause: unknown) => cause);
      if (error === undefined) return;
      if (performance.now() > deadline) throw new Error(`machine ${spec.id} does not answer`, { cause: error });
      await sleep(200);
    }
  }

  private try({ public: outer }: MachineSpec, command: string): Promise<undefined> {
    const client = new Client();
    const pinned = this.keys.hostPublic.split(" ")[1];
    return new Promise<undefined>((resolve, reject) => {
      client.on("error", reject);
      client.on("close", () => {
        reject(new Error("closed"));
      });
      client.on("ready", () => {
        client.exec(command, (error, channel) => {
          if (error !== undefined) {
            reject(error);
            return;
          }
          channel.on("close", () => {
            resolve(undefined);
            client.end();
          });
          channel.resume();
        });
      });
      client.connect({
        host: outer?.ipv4 ?? "",
        username: "root",
        privateKey: this.keys.admin,
        readyTimeout: 20_000,
        algorithms: { serverHostKey: ["ssh-ed25519"] },
        hostVerifier: (key: Buffer) => key.toString("base64") === pinned,
      });
    });
  }
}

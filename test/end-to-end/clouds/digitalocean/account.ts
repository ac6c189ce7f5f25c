import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

import { z } from "zod";

import type { CloudAccess } from "../../../../cli/environment";
import { until } from "../../fixture/process";
import { type Account, type Action, type Machine, machineNamed, type NewMachine, type Undo } from "../cloud";
import { admitsEverything, admitsPort, type Firewall, firewallsSchema, withPort } from "./firewall";

const droplet = z.object({
  id: z.number(),
  name: z.string(),
  vpc_uuid: z.string(),
  networks: z.object({
    v4: z.array(z.object({ ip_address: z.string(), type: z.enum(["public", "private"]) })),
    v6: z.array(z.object({ ip_address: z.string() })),
  }),
});
type Droplet = z.infer<typeof droplet>;

const action = z.object({ action: z.object({ id: z.number(), status: z.string() }) });

export const region = "fra1";

/** DigitalOcean's API v2. */
export class DigitalOceanAccount implements Account {
  constructor(private readonly access: Pick<CloudAccess, "apiUrl" | "tokenFile">) {}

  async machines(): Promise<Machine[]> {
    return (await this.droplets()).map(machineOf);
  }

  async machine(part: string): Promise<Machine> {
    return machineNamed(await this.machines(), part);
  }

  async createUnfiltered({ name, userData, beside }: NewMachine): Promise<Machine> {
    const body = {
      name,
      region,
      size: "s-1vcpu-1gb",
      image: "debian-13-x64",
      vpc_uuid: beside === undefined ? await this.defaultVpc() : await this.vpcOf(beside.id),
      user_data: userData,
      with_droplet_agent: false,
      ipv6: true,
      public_networking: true,
    };
    return machineOf(z.object({ droplet }).parse(await this.send("POST", "droplets", body)).droplet);
  }

  async delete(id: string): Promise<void> {
    await this.send("DELETE", `droplets/${id}`);
    await until(`droplet ${id} to be gone`, async () => (await this.machines()).every((one) => one.id !== id));
  }

  async act(id: string, type: Action): Promise<void> {
    const started = action.parse(await this.send("POST", `droplets/${id}/actions`, { type })).action;
    await until(`${type} of droplet ${id}`, async () => {
      const { status } = action.parse(await this.get(`actions/${started.id}`)).action;
      if (status === "errored") throw new Error(`${type} of droplet ${id} failed`);
      return status === "completed";
    });
  }

  async reservedAddresses(): Promise<string[]> {
    const schema = z.object({ reserved_ips: z.array(z.object({ ip: z.string() })) });
    return schema.parse(await this.get("reserved_ips?per_page=200")).reserved_ips.map(({ ip }) => ip);
  }

  async withoutFirewalls(): Promise<Undo> {
    const before = await this.firewalls();
    for (const one of before) await this.setFirewall(admitsEverything(one));
    return async () => {
      for (const one of before) await this.setFirewall(one);
    };
  }

  async admitByHand(port: number): Promise<void> {
    await this.setFirewall(withPort(await this.bastionFirewall(), port));
  }

  async admits(port: number): Promise<boolean> {
    return admitsPort(await this.bastionFirewall(), port);
  }

  async addRecord(domain: string, name: string, data: string): Promise<Undo> {
    const answer = await this.send("POST", `domains/${domain}/records`, { type: "A", name, data, ttl: 30 });
    const { id } = z.object({ domain_record: z.object({ id: z.number() }) }).parse(answer).domain_record;
    return async () => {
      await this.send("DELETE", `domains/${domain}/records/${id}`);
    };
  }

  /** The default VPCs belong to the account. */
  async inventory(): Promise<string[]> {
    const named = z.looseObject({
      id: z.union([z.string(), z.number()]).optional(),
      name: z.string().optional(),
      ip: z.string().optional(),
      default: z.boolean().optional(),
    });
    const kinds = ["droplets", "vpcs", "firewalls", "reserved_ips", "domains", "tags", "account/keys"];
    const all = await Promise.all(
      kinds.map(async (path) => {
        const answer = z.record(z.string(), z.unknown()).parse(await this.get(`${path}?per_page=200`));
        const kind = path === "account/keys" ? "ssh_keys" : path;
        return z
          .array(named)
          .parse(answer[kind])
          .filter((one) => !(kind === "vpcs" && one.default === true))
          .map((one) => `${kind} ${String(one.id ?? one.ip ?? "")} ${one.name ?? ""}`.trim());
      }),
    );
    return all.flat().sort();
  }

  /** The sandbox's machines have their droplets' numbers. */
  numberOf(id: string): Promise<number> {
    return Promise.resolve(Number(id));
  }

  private async droplets(): Promise<Droplet[]> {
    return z.object({ droplets: z.array(droplet) }).parse(await this.get("droplets?per_page=200")).droplets;
  }

  private async vpcOf(id: string): Promise<string> {
    return z.object({ droplet }).parse(await this.get(`droplets/${id}`)).droplet.vpc_uuid;
  }

  private async defaultVpc(): Promise<string> {
    const schema = z.object({ vpcs: z.array(z.object({ id: z.string(), region: z.string(), default: z.boolean() })) });
    const { vpcs } = schema.parse(await this.get("vpcs?per_page=200"));
    const found = vpcs.find((one) => one.default && one.region === region);
    if (!found) throw new Error(`the account has no default VPC in ${region}`);
    return found.id;
  }

  private async firewalls(): Promise<Firewall[]> {
    return firewallsSchema.parse(await this.get("firewalls?per_page=200")).firewalls;
  }

  private async bastionFirewall(): Promise<Firewall> {
    const found = (await this.firewalls()).find(({ name }) => name.endsWith("-bastion"));
    if (!found) throw new Error("the account has no firewall of the bastion");
    return found;
  }

  private async setFirewall(one: Firewall): Promise<void> {
    const { id, name, tags, droplet_ids, inbound_rules, outbound_rules } = one;
    await this.send("PUT", `firewalls/${id}`, { name, tags, droplet_ids, inbound_rules, outbound_rules });
  }

  private get(path: string): Promise<unknown> {
    return this.send("GET", path);
  }

  private async send(method: string, path: string, body?: unknown): Promise<unknown> {
    const answer = await fetch(new URL(`v2/${path}`, `${this.access.apiUrl.replace(/\/+$/, "")}/`), {
      method,
      headers: {
        authorization: `Bearer ${readFileSync(this.access.tokenFile, "utf8").trim()}`,
        "content-type": "application/json",
      },
      signal: AbortSignal.timeout(60_000),
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const wait = answer.headers.get("retry-after");
    if (answer.status === 429 && wait !== null) {
      // The burst limit: `pulumi` has the same token. Nothing was done.
      await pause(Number(wait) * 1000);
      return this.send(method, path, body);
    }
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === "" ? undefined : (JSON.parse(text) as unknown);
  }
}

function machineOf({ id, name, networks }: Droplet): Machine {
  const v4 = (kind: "public" | "private"): string[] =>
    networks.v4.filter(({ type }) => type === kind).map(({ ip_address }) => ip_address);
  return {
    id: String(id),
    name,
    publicAddresses: [...v4("public"), ...networks.v6.map(({ ip_address }) => ip_address)],
    privateAddress: v4("private")[0] ?? "",
  };
}

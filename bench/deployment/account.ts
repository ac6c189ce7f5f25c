import { z } from "zod";

/** How each kind of resource is listed and named, in the order in which it can be deleted. */
const kinds = [
  { path: "/v2/reserved_ips", key: "reserved_ips", id: "ip" },
  { path: "/v2/droplets", key: "droplets", id: "id" },
  { path: "/v2/firewalls", key: "firewalls", id: "id" },
  { path: "/v2/domains", key: "domains", id: "name" },
  { path: "/v2/tags", key: "tags", id: "name" },
  { path: "/v2/account/keys", key: "ssh_keys", id: "id" },
  { path: "/v2/vpcs", key: "vpcs", id: "id" },
] as const;

const itemSchema = z.looseObject({ default: z.boolean().optional() });

/** The sandbox's account, looked at and emptied through its API. */
export class Account {
  constructor(
    private readonly apiUrl: string,
    private readonly token: string,
  ) {}

  /** Deletes everything but what every account has. */
  async empty(): Promise<void> {
    for (const { path, key, id } of kinds) {
      const found = await this.list(path, key, id);
      await Promise.all(found.map((one) => this.remove(`${path}/${one}`)));
    }
    await this.mustBeEmpty();
  }

  /** @throws Error naming what is left */
  async mustBeEmpty(): Promise<void> {
    const left = await Promise.all(
      kinds.map(async ({ path, key, id }) => (await this.list(path, key, id)).map((one) => `${path}/${one}`)),
    );
    if (left.flat().length > 0) throw new Error(`the account still has ${left.flat().join(", ")}`);
  }

  private async list(path: string, key: string, id: string): Promise<string[]> {
    const response = await this.call("GET", `${path}?per_page=200`);
    const items = z.array(itemSchema).parse(z.looseObject({}).parse(await response.json())[key]);
    return items.filter((item) => item.default !== true).map((item) => String(item[id]));
  }

  /** Waits until it is gone: a VPC can be deleted only when its machines are. */
  private async remove(path: string): Promise<void> {
    const end = Date.now() + 60_000;
    for (;;) {
      const response = await this.call("DELETE", path);
      if (response.status === 404) return;
      if (![202, 204, 403, 409, 422].includes(response.status) || Date.now() > end) {
        throw new Error(`DELETE ${path} was answered with ${response.status}: ${await response.text()}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  private call(method: string, path: string): Promise<Response> {
    return fetch(`${this.apiUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.token}` },
      signal: AbortSignal.timeout(30_000),
    });
  }
}

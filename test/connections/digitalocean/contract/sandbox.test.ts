import { contractFor, contracts, drifts } from "../../../../connections/digitalocean/contract";
import { type Response, small, TestApi } from "../../../sandbox/digitalocean/api";

const ed25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ7D6vQZ4vS0Mz2yZ0y0rUuQkqJ9W0m8u3u1q7gkqk0b test";

let api: TestApi;
beforeAll(async () => {
  api = await TestApi.open();
});
afterAll(() => api.close());

/** Everything that we ask for in a deployment's life, and a few things that we don't; each answer with what it was asked for. */
async function life(): Promise<readonly Response[]> {
  const answers: Response[] = [];
  const ask = async (...request: Parameters<TestApi["call"]>): Promise<Response> => {
    const answer = await api.call(...request);
    if (answer.status >= 300) throw new Error(`${request[0]} ${request[1]}: ${JSON.stringify(answer.body)}`);
    answers.push(answer);
    await api.cloud.settled();
    return answer;
  };
  const get = (path: string): Promise<Response> => ask("GET", path);

  await get("/v2/account");
  for (const path of ["sizes", "regions", "images", "vpcs", "projects"]) await get(`/v2/${path}`);
  await get("/v2/images/debian-13-x64");

  const key = (await ask("POST", "/v2/account/keys", { name: "admin", public_key: ed25519 })).number("ssh_key", "id");
  await get(`/v2/account/keys/${key}`);
  await ask("PUT", `/v2/account/keys/${key}`, { name: "administrator" });
  await get("/v2/account/keys");

  const vpc = (await ask("POST", "/v2/vpcs", { name: "office", region: "fra1", ip_range: "10.20.0.0/24" })).text(
    "vpc",
    "id",
  );
  await ask("PUT", `/v2/vpcs/${vpc}`, { name: "office", description: "of the office" });
  await ask("PATCH", `/v2/vpcs/${vpc}`, { description: "of us" });
  await get(`/v2/vpcs/${vpc}`);

  await ask("POST", "/v2/tags", { name: "bastion" });
  const one = {
    ...small,
    name: "bastion",
    tags: ["bastion"],
    ipv6: true,
    monitoring: true,
    vpc_uuid: vpc,
    ssh_keys: [key],
  };
  const created = await ask("POST", "/v2/droplets", one);
  const droplet = created.number("droplet", "id");
  await ask("POST", "/v2/droplets", { ...small, names: ["a", "b"] });
  await get(`/v2/droplets/${droplet}`);
  await get("/v2/droplets?per_page=1&page=2");
  const off = (await ask("POST", `/v2/droplets/${droplet}/actions`, { type: "power_off" })).number("action", "id");
  await get(`/v2/droplets/${droplet}/actions/${off}`);
  await get(`/v2/droplets/${droplet}/actions`);
  await get(`/v2/actions/${off}`);
  await get("/v2/actions");
  await get("/v2/tags");
  await get("/v2/tags/bastion");

  const rules = {
    inbound_rules: [
      { protocol: "tcp", ports: "443", sources: { addresses: ["0.0.0.0/0", "::/0"], tags: ["bastion"] } },
      { protocol: "icmp", sources: { droplet_ids: [droplet] } },
    ],
    outbound_rules: [{ protocol: "udp", ports: "all", destinations: { addresses: ["0.0.0.0/0"] } }],
  };
  const firewall = (await ask("POST", "/v2/firewalls", { name: "office", tags: ["bastion"], ...rules })).text(
    "firewall",
    "id",
  );
  await get(`/v2/firewalls/${firewall}`);
  await ask("PUT", `/v2/firewalls/${firewall}`, { name: "office", droplet_ids: [droplet], ...rules });
  await get("/v2/firewalls");

  const free = (await ask("POST", "/v2/reserved_ips", { region: "fra1" })).text("reserved_ip", "ip");
  await get(`/v2/reserved_ips/${free}`);
  const act = { type: "assign", droplet_id: droplet };
  const assigned = (await ask("POST", `/v2/reserved_ips/${free}/actions`, act)).number("action", "id");
  await get(`/v2/reserved_ips/${free}/actions/${assigned}`);
  await get(`/v2/reserved_ips/${free}/actions`);
  await get(`/v2/reserved_ips/${free}`);
  await ask("POST", "/v2/reserved_ips", { droplet_id: created.number("droplet", "id") + 1 });
  await get("/v2/reserved_ips");

  await ask("POST", "/v2/domains", { name: "example.com", ip_address: "203.0.113.5" });
  await get("/v2/domains");
  await get("/v2/domains/example.com");
  const records = "/v2/domains/example.com/records";
  const record = (
    await ask("POST", records, { type: "MX", name: "@", data: "mail.example.com.", priority: 10 })
  ).number("domain_record", "id");
  await ask("POST", records, { type: "CAA", name: "@", data: "letsencrypt.org.", flags: 0, tag: "issue" });
  await ask("PUT", `${records}/${record}`, { type: "MX", name: "@", data: "mail.example.com.", priority: 20 });
  await ask("PATCH", `${records}/${record}`, { type: "MX", data: "mail.example.com.", ttl: 600 });
  await get(`${records}/${record}`);
  await get(records);

  const project = (await ask("POST", "/v2/projects", { name: "office", purpose: "Web Application" })).text(
    "project",
    "id",
  );
  await get(`/v2/projects/${project}`);
  await get("/v2/projects/default");
  await ask("POST", `/v2/projects/${project}/resources`, { resources: [`do:droplet:${droplet}`] });
  await get(`/v2/projects/${project}/resources`);
  const whole = {
    name: "office",
    description: "ours",
    purpose: "Web Application",
    environment: "Production",
    is_default: false,
  };
  await ask("PUT", `/v2/projects/${project}`, whole);
  await ask("PATCH", `/v2/projects/${project}`, { description: "" });
  return answers;
}

test("each contract holds for the sandbox's answers, full and empty", async () => {
  const answers = await life();
  const held = answers.flatMap(({ method, path, status, body }) => {
    const contract = contractFor(method, path.replace(/\?.*/, ""), status);
    return contract === undefined ? [] : [{ contract, found: drifts(contract, body) }];
  });
  expect(held.flatMap(({ found }) => found)).toEqual([]);
  // Not one of them was left out.
  const operations = new Set(held.map(({ contract }) => contract.operation));
  expect(contracts.map(({ operation }) => operation).filter((one) => !operations.has(one))).toEqual([]);
});

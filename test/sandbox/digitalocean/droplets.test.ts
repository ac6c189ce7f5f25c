import { small, TestApi } from "./api";

const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFqhVzK2jZbGxxq4XyVsm2eE3lHqLr2Yb1cQ8yqSgV8m admin@example";

describe("droplets", () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await TestApi.open();
  });
  afterEach(() => api.close());

  test("a droplet is new and locked until its machine runs, then active", async () => {
    api.hosts.hold();
    const created = await api.post("/v2/droplets", { ...small, name: "web" });
    expect(created.status).toBe(202);
    expect(created.at("droplet")).toMatchObject({ name: "web", status: "new", locked: true });
    const action = created.number("links", "actions", 0, "id");
    expect((await api.get(`/v2/actions/${action}`)).at("action", "status")).toBe("in-progress");
    api.hosts.release();
    await api.cloud.settled();
    const droplet = await api.get(`/v2/droplets/${created.number("droplet", "id")}`);
    expect(droplet.at("droplet")).toMatchObject({ status: "active", locked: false });
    expect((await api.get(`/v2/actions/${action}`)).at("action", "status")).toBe("completed");
  });

  test("the machine gets everything the request says", async () => {
    const key = await api.post("/v2/account/keys", { name: "admin", public_key: publicKey });
    const vpc = await api.post("/v2/vpcs", { name: "office", region: "fra1", ip_range: "10.20.0.0/24" });
    const id = await api.droplet("bastion", {
      ssh_keys: [key.text("ssh_key", "fingerprint")],
      user_data: "#cloud-config\n",
      vpc_uuid: vpc.text("vpc", "id"),
      ipv6: true,
      tags: ["office-bastion"],
    });
    expect(api.hosts.specOf(id)).toEqual({
      id,
      hostname: "bastion",
      region: "fra1",
      memoryMb: 1024,
      vcpus: 1,
      diskGb: 25,
      userData: "#cloud-config\n",
      sshKeys: [publicKey],
      public: { ipv4: "203.0.113.4", ipv6: "2001:db8:0:1::4" },
      private: { networkId: vpc.text("vpc", "id"), ipv4: "10.20.0.4" },
      tags: ["office-bastion"],
    });
  });

  test("SSH keys are known by number and by fingerprint", async () => {
    const key = await api.post("/v2/account/keys", { name: "admin", public_key: publicKey });
    const ids = [key.number("ssh_key", "id"), key.text("ssh_key", "fingerprint")];
    for (const id of ids)
      expect(api.hosts.specOf(await api.droplet("web", { ssh_keys: [id] })).sshKeys).toEqual([publicKey]);
    expect((await api.post("/v2/droplets", { ...small, name: "web", ssh_keys: [1] })).status).toBe(422);
  });

  test("the account has a limit", async () => {
    const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `web-${index}`);
    for (const count of [10, 10, 5]) {
      expect((await api.post("/v2/droplets", { ...small, names: names(count) })).status).toBe(202);
    }
    const answer = await api.post("/v2/droplets", { ...small, name: "one-more" });
    expect([answer.status, answer.text("message")]).toEqual([
      422,
      "creating this/these droplet(s) will exceed your droplet limit",
    ]);
  });

  test("those of a region are neighbors", async () => {
    const [one, two, far] = [
      await api.droplet("one"),
      await api.droplet("two"),
      await api.droplet("far", { region: "nyc3" }),
    ];
    expect((await api.get(`/v2/droplets/${one}/neighbors`)).list("droplets")).toMatchObject([{ id: two }]);
    expect((await api.get(`/v2/droplets/${far}/neighbors`)).list("droplets")).toEqual([]);
    expect((await api.get("/v2/reports/droplet_neighbors_ids")).at("neighbor_ids")).toEqual([[one, two]]);
  });

  test("without public networking there is a private address only", async () => {
    const id = await api.droplet("server", { public_networking: false, ipv6: true });
    const droplet = await api.get(`/v2/droplets/${id}`);
    expect(droplet.list("droplet", "networks", "v4")).toEqual([
      { ip_address: "10.100.96.4", netmask: "255.255.240.0", gateway: "10.100.96.1", type: "private" },
    ]);
    expect(droplet.list("droplet", "networks", "v6")).toEqual([]);
    expect(api.hosts.specOf(id).public).toBeUndefined();
  });

  test("an address that was freed is not given out again at once", async () => {
    const first = await api.droplet("one");
    await api.delete(`/v2/droplets/${first}`);
    await api.cloud.settled();
    const second = await api.droplet("two");
    expect(api.hosts.specOf(second).public?.ipv4).toBe("203.0.113.5");
  });

  test("the network of a droplet that asks for none is its region's default one", async () => {
    const id = await api.droplet("web");
    const vpcId = (await api.get(`/v2/droplets/${id}`)).text("droplet", "vpc_uuid");
    expect((await api.get(`/v2/vpcs/${vpcId}`)).at("vpc")).toMatchObject({ name: "default-fra1", default: true });
    expect(api.hosts.networks).toEqual([{ id: vpcId, range: "10.100.96.0/20" }]);
  });

  test("several are made by one request", async () => {
    const created = await api.post("/v2/droplets", { ...small, names: ["one", "two"] });
    expect(created.list("droplets")).toMatchObject([{ name: "one" }, { name: "two" }]);
    expect(created.list("links", "actions")).toHaveLength(2);
  });

  test("they are listed by tag, by name and page by page", async () => {
    await api.droplet("one", { tags: ["office"] });
    await api.droplet("two");
    await api.droplet("three", { tags: ["office"] });
    const names = async (query: string): Promise<unknown[]> =>
      (await api.get(`/v2/droplets?${query}`)).list("droplets").map((one) => (one as { name: string }).name);
    expect(await names("tag_name=office")).toEqual(["one", "three"]);
    expect(await names("tag_name=nobody")).toEqual([]);
    expect(await names("name=two")).toEqual(["two"]);
    expect(await names("per_page=2&page=2")).toEqual(["three"]);
    const first = await api.get("/v2/droplets?per_page=2");
    expect(first.text("links", "pages", "next")).toMatch(/\/v2\/droplets\?per_page=2&page=2$/);
    expect(first.number("meta", "total")).toBe(3);
  });

  test("a deleted droplet is there until its machine is gone", async () => {
    const id = await api.droplet("web");
    api.hosts.hold();
    expect((await api.delete(`/v2/droplets/${id}`)).status).toBe(204);
    expect((await api.get(`/v2/droplets/${id}`)).at("droplet", "locked")).toBe(true);
    api.hosts.release();
    await api.cloud.settled();
    expect((await api.get(`/v2/droplets/${id}`)).status).toBe(404);
    expect(api.hosts.machines.size).toBe(0);
  });

  test("all with a tag are deleted by it, the others stay", async () => {
    await api.droplet("one", { tags: ["office"] });
    const other = await api.droplet("two");
    await api.delete("/v2/droplets?tag_name=office");
    await api.cloud.settled();
    expect([...api.hosts.machines.keys()]).toEqual([other]);
  });

  test("a machine that can't be made is taken away again, and the log says why", async () => {
    api.hosts.refuse("create", "the disk is full");
    const created = await api.post("/v2/droplets", { ...small, name: "web" });
    await api.cloud.settled();
    expect((await api.get(`/v2/droplets/${created.number("droplet", "id")}`)).status).toBe(404);
    const action = await api.get(`/v2/actions/${created.number("links", "actions", 0, "id")}`);
    expect(action.at("action", "status")).toBe("errored");
    expect(api.hosts.named("destroy")).toHaveLength(1);
    expect(api.log.join("\n")).toContain("create of droplet 1001 (web) (action 200001) failed: the disk is full");
  });

  test("a machine that can't be removed keeps its droplet", async () => {
    const id = await api.droplet("web");
    api.hosts.refuse("destroy", "it is busy");
    await api.delete(`/v2/droplets/${id}`);
    await api.cloud.settled();
    expect((await api.get(`/v2/droplets/${id}`)).at("droplet")).toMatchObject({ status: "active", locked: false });
  });

  test.each([
    [
      "a name that is none",
      { name: "no_underscores" },
      "Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)",
    ],
    ["an unknown size", { size: "s-1vcpu-3tb" }, "You specified an invalid size for Droplet creation."],
    [
      "a size that is not in the region",
      { region: "lon1", size: "s-1vcpu-512mb-10gb" },
      /not available in this region/,
    ],
    ["a closed region", { region: "ams2" }, "Region is not available"],
    ["another image", { image: "ubuntu-24-04-x64" }, /ubuntu-24-04-x64. The sandbox has debian-13-x64 only/],
    ["an unknown key", { ssh_keys: [7] }, "7 are invalid key identifiers for Droplet creation."],
    ["another's network", { vpc_uuid: "5a4981aa-9653-4bd1-bef5-d6bff52042e4" }, "Failed to resolve VPC"],
    ["too much user data", { user_data: "x".repeat(64 * 1024 + 1) }, /64 KiB/],
  ])("%s is refused, and nothing is made", async (_, wrong, message) => {
    const answer = await api.post("/v2/droplets", { ...small, name: "web", ...wrong });
    expect(answer.status).toBe(422);
    expect(answer.text("id")).toBe("unprocessable_entity");
    expect(answer.text("message")).toEqual(typeof message === "string" ? message : expect.stringMatching(message));
    expect(api.hosts.calls.filter(({ name }) => name === "create")).toEqual([]);
    expect((await api.get("/v2/droplets")).list("droplets")).toEqual([]);
  });
});

import { TestApi } from "./api";

const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFqhVzK2jZbGxxq4XyVsm2eE3lHqLr2Yb1cQ8yqSgV8m admin@example";

describe("the account", () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await TestApi.open();
  });
  afterEach(() => api.close());

  test.each([
    ["no token", {}],
    ["another token", { authorization: "Bearer nobody" }],
  ])("%s is let in nowhere", async (_, headers) => {
    const answer = await api.call("GET", "/v2/account", undefined, headers);
    expect(answer.status).toBe(401);
    expect(answer.body).toMatchObject({ id: "unauthorized", message: "Unable to authenticate you" });
  });

  test("every answer counts the requests of the hour and has a number of its own", async () => {
    const first = await api.get("/v2/account");
    const second = await api.get("/v2/account");
    expect(Number(first.headers["ratelimit-remaining"]) - Number(second.headers["ratelimit-remaining"])).toBe(1);
    expect(first.headers["ratelimit-limit"]).toBe("5000");
    expect(first.headers["x-request-id"]).not.toBe(second.headers["x-request-id"]);
  });

  test("what is not there is not found, in the original's form", async () => {
    for (const path of ["/v2/droplets/7", "/v2/droplets/seven", "/v2/images/nobody", "/v2/droplets/7/snapshots"]) {
      expect(await api.get(path)).toMatchObject({ status: 404, body: { id: "not_found" } });
    }
  });

  test("a key is found by its number and by its fingerprint", async () => {
    const key = await api.post("/v2/account/keys", { name: "admin", public_key: publicKey });
    expect(key.status).toBe(201);
    const fingerprint = key.text("ssh_key", "fingerprint");
    expect(fingerprint).toMatch(/^([0-9a-f]{2}:){15}[0-9a-f]{2}$/);
    for (const reference of [key.number("ssh_key", "id"), fingerprint]) {
      expect((await api.get(`/v2/account/keys/${reference}`)).at("ssh_key", "name")).toBe("admin");
    }
    await api.put(`/v2/account/keys/${fingerprint}`, { name: "boss" });
    expect((await api.get("/v2/account/keys")).list("ssh_keys")).toMatchObject([{ name: "boss" }]);
    expect((await api.delete(`/v2/account/keys/${fingerprint}`)).status).toBe(204);
    expect((await api.get(`/v2/account/keys/${fingerprint}`)).status).toBe(404);
  });

  test.each([
    ["twice", publicKey, "SSH Key is already in use on your account"],
    ["that is none", "ssh-ed25519 nonsense", "Key invalid, key should be of the format `type key [comment]`"],
  ])("a key %s is refused", async (_, key, message) => {
    await api.post("/v2/account/keys", { name: "admin", public_key: publicKey });
    const answer = await api.post("/v2/account/keys", { name: "other", public_key: key });
    expect([answer.status, answer.text("message")]).toEqual([422, message]);
  });
});

describe("what can be had", () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await TestApi.open();
  });
  afterEach(() => api.close());

  test("sizes with their prices, where they are", async () => {
    const answer = await api.get("/v2/sizes");
    expect(answer.list("sizes")).toContainEqual(
      expect.objectContaining({ slug: "s-1vcpu-1gb", memory: 1024, vcpus: 1, disk: 25, price_monthly: 6 }),
    );
    expect(answer.at("sizes", 0)).toMatchObject({ slug: "s-1vcpu-512mb-10gb" });
    expect(answer.list("sizes", 0, "regions")).not.toContain("lon1");
  });

  test("regions, some of them closed", async () => {
    const regions = (await api.get("/v2/regions")).list("regions");
    expect(regions).toContainEqual(expect.objectContaining({ slug: "fra1", available: true }));
    expect(regions).toContainEqual(expect.objectContaining({ slug: "ams2", available: false, sizes: [] }));
  });

  test("one image", async () => {
    expect((await api.get("/v2/images?type=distribution")).list("images")).toMatchObject([{ slug: "debian-13-x64" }]);
    expect((await api.get("/v2/images?private=true")).list("images")).toEqual([]);
    expect((await api.get("/v2/images/debian-13-x64")).at("image", "distribution")).toBe("Debian");
    expect((await api.get("/v2/images/ubuntu-24-04-x64")).status).toBe(404);
  });
});

import { FaultyApi } from "./faulty-api";

describe("a lost droplet", () => {
  let api: FaultyApi;
  beforeEach(async () => {
    api = await FaultyApi.open();
  });
  afterEach(() => api.close());

  test("is gone from the API and from the machine room, and no action tells of it", async () => {
    const [web, other] = [await api.droplet("web"), await api.droplet("other")];
    const fault = api.add({ kind: "droplet-lost", droplet: "web" });
    expect(api.named("web")).toHaveLength(1);
    const { body } = await api.get("/v2/droplets");
    expect((JSON.parse(body) as { droplets: { id: number }[] }).droplets.map(({ id }) => id)).toEqual([other]);
    expect((await api.get(`/v2/droplets/${web}`)).status).toBe(404);
    expect([...api.hosts.machines.keys()]).toEqual([other]);
    expect((await api.get("/v2/actions")).body).not.toContain("destroy");
    expect(api.faults.get(fault)).toMatchObject({ struck: 1, spent: true });
  });

  test("without a name it is the one that the request is about", async () => {
    const [one, two] = [await api.droplet("one"), await api.droplet("two")];
    api.add({ kind: "droplet-lost", route: "GET /v2/droplets/*", skip: 1 });
    expect((await api.get(`/v2/droplets/${one}`)).status).toBe(200);
    const answer = await api.get(`/v2/droplets/${two}`);
    // The API's own answer: it has lost it.
    expect(answer.status).toBe(404);
    expect(answer.headers["x-sandbox-fault"]).toBeUndefined();
    expect([...api.hosts.machines.keys()]).toEqual([one]);
  });

  test("its reserved address leads nowhere, as after a deletion", async () => {
    const id = await api.droplet("web");
    await api.post("/v2/reserved_ips", { droplet_id: id });
    await api.cloud.settled();
    api.add({ kind: "droplet-lost" });
    await api.get(`/v2/droplets/${id}`);
    const { body } = await api.get("/v2/reserved_ips");
    expect(JSON.parse(body)).toMatchObject({ reserved_ips: [{ droplet: null }] });
  });

  test("one that something is being done to is not touched, and its request is no match", async () => {
    api.hosts.hold();
    await api.create("web");
    const fault = api.add({ kind: "droplet-lost", droplet: "web" });
    await api.get("/v2/droplets");
    expect(api.faults.get(fault)).toMatchObject({ matched: 0 });
    api.hosts.release();
    await api.cloud.settled();
    await api.get("/v2/droplets");
    expect(api.named("web")).toEqual([]);
  });

  test("of two requests at once one takes it away, and both are answered", async () => {
    const id = await api.droplet("web");
    api.add({ kind: "droplet-lost", droplet: "web", count: "unlimited" });
    const answers = await Promise.all([api.get("/v2/droplets"), api.get("/v2/droplets")]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(api.named("web")).toEqual([]);
    expect(api.hosts.named("destroy")).toEqual([{ name: "destroy", id }]);
  });
});

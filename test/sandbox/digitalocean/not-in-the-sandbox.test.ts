import { absentProducts } from "../../../sandbox/digitalocean/catalogue/absent";
import { small, TestApi } from "./api";

describe("what the original has and the sandbox has not", () => {
  let api: TestApi;
  beforeEach(async () => {
    api = await TestApi.open();
  });
  afterEach(() => api.close());

  test.each(absentProducts)(
    "a listing of $name is empty, and making one is refused",
    async ({ path, listing, name }) => {
      expect((await api.get(`/v2${path}`)).list(listing)).toEqual([]);
      const refused = await api.post(`/v2${path}`, { name: "one" });
      expect([refused.status, refused.text("message")]).toEqual([422, `The sandbox has no ${name}.`]);
      const found = await api.get(`/v2${path}/4de7ac8b-495b-4884-9a69-1050c6793cd6`);
      expect(found.status).toBe(404);
    },
  );

  test("a VPC has no peerings", async () => {
    const vpc = (await api.get("/v2/vpcs")).text("vpcs", 0, "id");
    expect((await api.get(`/v2/vpcs/${vpc}/peerings`)).list("peerings")).toEqual([]);
    expect((await api.get("/v2/vpcs/nothing/peerings")).status).toBe(404);
  });

  test("applications are listed by type, and none can be had", async () => {
    const types = async (query: string) =>
      (await api.get(`/v2/1-clicks${query}`)).list("1_clicks").map((one) => (one as { type: string }).type);
    expect(new Set(await types(""))).toEqual(new Set(["droplet", "kubernetes"]));
    expect(new Set(await types("?type=droplet"))).toEqual(new Set(["droplet"]));
    const droplet = await api.post("/v2/droplets", { ...small, name: "blog", image: "wordpress-20-04" });
    expect([droplet.status, droplet.text("message")]).toEqual([422, expect.stringMatching(/debian-13-x64/)]);
    const cluster = { addon_slugs: ["monitoring"], cluster_uuid: "4de7ac8b-495b-4884-9a69-1050c6793cd6" };
    expect((await api.post("/v2/1-clicks/kubernetes", cluster)).status).toBe(422);
  });
});

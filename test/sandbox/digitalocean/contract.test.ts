import { TestApi } from "./api";
import { Contract, whereToGetIt } from "./contract";

const contract = Contract.load();

if (contract === undefined) {
  test("NOT CHECKED: DigitalOcean's description of its API is not on this machine", () => {
    console.warn(whereToGetIt);
  });
} else {
  // The answers of all tests in this folder are held against the description as well: see api.ts.
  describe("DigitalOcean's own description of its API", () => {
    let api: TestApi;
    beforeEach(async () => {
      api = await TestApi.open();
    });
    afterEach(() => api.close());

    test("finds a wrong answer", async () => {
      const { method, path, headers, body } = await api.get("/v2/regions");
      const wrong = { method, path, headers, body: { ...(body as object), meta: { total: "many" } }, status: 200 };
      expect(contract.violations(wrong)).toEqual(["GET /v2/regions → 200: /meta/total must be integer"]);
      expect(contract.violations({ ...wrong, body, headers: {} })).toContain(
        "GET /v2/regions → 200: the header ratelimit-limit is missing",
      );
      expect(contract.violations({ ...wrong, body, status: 202 })).toHaveLength(1);
      expect(contract.violations({ ...wrong, body, path: "/v2/nowhere" })).toHaveLength(1);
    });

    test("has every route the sandbox answers", async () => {
      const id = await api.droplet("web", { ipv6: true, tags: ["office"] });
      const ip = (await api.post("/v2/reserved_ips", { droplet_id: id })).text("reserved_ip", "ip");
      await api.post("/v2/domains", { name: "example.com" });
      await api.cloud.settled();
      const vpc = (await api.get("/v2/vpcs")).text("vpcs", 0, "id");
      const paths = [
        "/v2/account",
        "/v2/account/keys",
        "/v2/actions",
        "/v2/domains",
        "/v2/domains/example.com",
        "/v2/domains/example.com/records",
        "/v2/droplets",
        `/v2/droplets/${id}`,
        `/v2/droplets/${id}/actions`,
        `/v2/droplets/${id}/firewalls`,
        "/v2/firewalls",
        "/v2/images",
        "/v2/projects",
        "/v2/projects/default",
        "/v2/projects/default/resources",
        "/v2/regions",
        "/v2/reserved_ips",
        `/v2/reserved_ips/${ip}`,
        `/v2/reserved_ips/${ip}/actions`,
        "/v2/sizes",
        "/v2/tags",
        "/v2/tags/office",
        "/v2/vpcs",
        `/v2/vpcs/${vpc}`,
        `/v2/vpcs/${vpc}/members`,
      ];
      for (const path of paths) expect([path, (await api.get(path)).status]).toEqual([path, 200]);
    });
  });
}

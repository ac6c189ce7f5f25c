import { FaultyApi } from "./faulty-api";

const route = "GET /v2/account";
const ofCloudflare = { server: "cloudflare", "cf-ray": expect.stringMatching(/^[0-9a-f]{16}-[A-Z]{3}$/) as string };

describe("faults at Cloudflare", () => {
  let api: FaultyApi;
  beforeEach(async () => {
    api = await FaultyApi.open();
  });
  afterEach(() => api.close());

  test.each([403, 503, 200])(
    "the challenge page comes with %d and its marks, and nothing of the API",
    async (status) => {
      const id = api.add({ kind: "challenge", status, route });
      const answer = await api.get("/v2/account");
      expect(answer.status).toBe(status);
      expect(answer.headers).toMatchObject({
        ...ofCloudflare,
        "cf-mitigated": "challenge",
        "content-type": "text/html; charset=UTF-8",
        "content-length": String(answer.body.length),
        "x-sandbox-fault": id,
      });
      expect(Object.keys(answer.headers).filter((name) => /^ratelimit|^x-request/.test(name))).toEqual([]);
      expect(answer.body).toMatch(/^<!DOCTYPE html>\n<html lang="en-US">\n<head>\n<title>Just a moment\.\.\.<\/title>/);
      expect(answer.body).toContain("_cf_chl_opt");
      expect(answer.body).toContain(
        `/cdn-cgi/challenge-platform/h/g/orchestrate/chl_page/v1?ray=${ray(answer.headers)}`,
      );
      expect(answer.body).toContain("Enable JavaScript and cookies to continue");
    },
  );

  test.each([
    [{ kind: "blocked" }, 403, 1020],
    [{ kind: "edge-error", status: 522 }, 522, 522],
  ])("answers in JSON of its own, to programs that accept nothing else: %j", async (fault, status, code) => {
    api.add({ ...fault, problem: true });
    const answer = await api.get("/v2/account");
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({ server: "cloudflare", "content-type": "application/json; charset=utf-8" });
    expect(JSON.parse(answer.body)).toMatchObject({ cloudflare_error: true, error_code: code, status });
  });

  test("at 200, a client finds a page where it parses JSON", async () => {
    api.add({ kind: "challenge", status: 200 });
    const answer = await fetch(`${api.origin}/v2/account`);
    expect(answer.ok).toBe(true);
    await expect(answer.json()).rejects.toThrow("Unexpected token '<'");
  });

  test("the block is error 1020 with 403", async () => {
    api.add({ kind: "blocked", route });
    const answer = await api.get("/v2/account");
    expect(answer.status).toBe(403);
    expect(answer.headers).toMatchObject({ ...ofCloudflare, "content-type": "text/html; charset=UTF-8" });
    expect(answer.headers["cf-mitigated"]).toBeUndefined();
    expect(answer.body).toContain(
      "<title>Access denied | api.digitalocean.com used Cloudflare to restrict access</title>",
    );
    expect(answer.body).toContain("Error code 1020");
    expect(answer.body).toContain(`Cloudflare Ray ID: <strong>${ray(answer.headers)}</strong>`);
  });

  test("programs get the block as a line of text", async () => {
    api.add({ kind: "blocked", plain: true });
    const answer = await api.get("/v2/account");
    expect(answer.headers["content-type"]).toBe("text/plain; charset=UTF-8");
    expect(answer.body).toBe("error code: 1020");
  });

  test.each([
    [520, "Web server is returning an unknown error"],
    [521, "Web server is down"],
    [522, "Connection timed out"],
    [523, "Origin is unreachable"],
    [524, "A timeout occurred"],
    [525, "SSL handshake failed"],
    [526, "Invalid SSL certificate"],
  ])("error %d is called «%s»", async (status, title) => {
    api.add({ kind: "edge-error", status });
    const answer = await api.get("/v2/account");
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject(ofCloudflare);
    expect(answer.body).toContain(`<title>api.digitalocean.com | ${status}: ${title}</title>`);
    expect(answer.body).toContain(`Error code ${status}`);
  });

  test("the errors come as a line of text too", async () => {
    api.add({ kind: "edge-error", status: 522, plain: true });
    expect(await api.get("/v2/account")).toMatchObject({ status: 522, body: "error code: 522" });
  });

  test("the gateway's time-out is a page of its own", async () => {
    api.add({ kind: "gateway-timeout" });
    const answer = await api.get("/v2/account");
    expect(answer).toMatchObject({ status: 504, headers: { "content-type": "text/html; charset=UTF-8" } });
    expect(answer.body).toContain("<center><h1>504 Gateway Time-out</h1></center>");
  });

  test.each(["challenge", "edge-error", "gateway-timeout", "server-error"])(
    "%s comes before anything is done, and applied, after all of it",
    async (kind) => {
      api.add({ kind, route: "POST /v2/droplets", count: 1 });
      expect((await api.create("never")).headers["x-sandbox-fault"]).toBe(`${kind}-1`);
      expect(api.named("never")).toEqual([]);
      api.add({ kind, applied: true, route: "POST /v2/droplets", count: 1 });
      const answer = await api.create("unheard-of");
      expect(answer.headers["x-sandbox-fault"]).toBe(`${kind}-2`);
      expect(answer.body).not.toContain("unheard-of");
      expect(api.named("unheard-of")).toHaveLength(1);
    },
  );

  test("comes before authentication: nobody needs a token for it", async () => {
    api.add({ kind: "challenge" });
    expect((await api.ask({ path: "/v2/account", token: "wrong" })).headers["cf-mitigated"]).toBe("challenge");
    expect((await api.ask({ path: "/nowhere" })).headers["cf-mitigated"]).toBe("challenge");
  });
});

function ray(headers: Readonly<Record<string, string>>): string {
  return headers["cf-ray"]!.split("-")[0]!;
}

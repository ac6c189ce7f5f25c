import { FaultyApi, token } from "./faulty-api";

describe("broken answers", () => {
  let api: FaultyApi;
  let whole: string;
  beforeEach(async () => {
    api = await FaultyApi.open();
    whole = (await api.get("/v2/account")).body;
  });
  afterEach(() => api.close());

  const fetched = async (): Promise<string> => {
    const answer = await fetch(`${api.origin}/v2/account`, { headers: { authorization: `Bearer ${token}` } });
    return answer.text();
  };

  test.each(["close", "keep-alive"] as const)(
    "less comes than content-length says, and the connection ends (%s)",
    async (connection) => {
      api.add({ kind: "truncated", how: "length", keep: 0.25 });
      const answer = await api.ask({ path: "/v2/account", connection });
      expect(answer.status).toBe(200);
      expect(answer.headers["content-length"]).toBe(String(whole.length));
      expect(answer.body).toBe(whole.slice(0, Math.floor(whole.length / 4)));
      expect(answer.end).toBe("closed");
      await expect(fetched()).rejects.toThrow("terminated");
    },
  );

  test.each(["close", "keep-alive"] as const)("the last chunk never comes (%s)", async (connection) => {
    api.add({ kind: "truncated", how: "chunked" });
    const answer = await api.ask({ path: "/v2/account", connection });
    const half = whole.slice(0, Math.floor(whole.length / 2));
    expect(answer.headers["transfer-encoding"]).toBe("chunked");
    expect(answer.headers["content-length"]).toBeUndefined();
    expect(answer.body).toBe(`${half.length.toString(16)}\r\n${half}\r\n`);
    expect(answer.end).toBe("closed");
    await expect(fetched()).rejects.toThrow("terminated");
  });

  test("only the JSON shows that something is missing", async () => {
    api.add({ kind: "truncated", how: "json", keep: 0.9 });
    const answer = await api.get("/v2/account");
    expect(answer.body).toBe(whole.slice(0, Math.floor(whole.length * 0.9)));
    expect(answer.headers["content-length"]).toBe(String(answer.body.length));
    const text = await fetched();
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError);
  });

  test("at least a byte is missing, and at least one comes", async () => {
    api.add({ kind: "truncated", how: "json", keep: 0.9999, count: 1 });
    expect((await api.get("/v2/account")).body).toBe(whole.slice(0, -1));
    api.add({ kind: "truncated", how: "json", keep: 0.0001 });
    expect((await api.get("/v2/account")).body).toBe("{");
  });

  test("an answer without a body can't be cut: it is no match", async () => {
    const droplet = await api.droplet("web");
    const id = api.add({ kind: "truncated" });
    expect((await api.ask({ method: "DELETE", path: `/v2/droplets/${droplet}` })).status).toBe(204);
    expect(api.faults.get(id)).toMatchObject({ matched: 0, struck: 0 });
  });

  test("success and nothing in it: 200, whatever it would have been, and no body", async () => {
    api.add({ kind: "empty", route: "POST /v2/droplets" });
    const answer = await api.create("web");
    expect(answer).toMatchObject({ status: 200, body: "", headers: { "content-length": "0" } });
    expect(api.named("web")).toHaveLength(1);
  });

  test("the right answer, declared to be something else", async () => {
    api.add({ kind: "wrong-type", count: 1 });
    const page = await api.get("/v2/account");
    expect(page).toMatchObject({ status: 200, headers: { "content-type": "text/html; charset=utf-8" }, body: whole });
    api.add({ kind: "wrong-type", type: "text/plain" });
    expect((await api.get("/v2/account")).headers["content-type"]).toBe("text/plain");
  });

  test("a listing that is kept for the next request is kept as it was, not as a fault left it", async () => {
    api.add({ kind: "truncated", how: "json", route: "GET /v2/regions", count: 1 });
    const cut = await api.get("/v2/regions");
    expect(() => JSON.parse(cut.body) as unknown).toThrow(SyntaxError);
    expect(JSON.parse((await api.get("/v2/regions")).body)).toHaveProperty("regions");
  });
});

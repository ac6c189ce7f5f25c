import { type AccessToken, ReconnectNeeded, type TokenSource } from "../../connections/credentials";
import { type Guarded, guarded, realToken } from "./guarded";
import { Scripted, sendJson } from "./scripted";

class Coded extends Error {
  readonly code = "RENEWAL_FAILED";
}

describe("a token that can't be had", () => {
  let api: Scripted;
  let through: Guarded;
  beforeEach(async () => {
    api = await Scripted.open((response) => {
      sendJson(response, {});
    });
  });
  afterEach(async () => {
    await through.close();
    await api.close();
  });
  const failing = (error: Error): TokenSource => ({
    current: () => Promise.reject(error),
    replacement: () => Promise.reject(error),
  });
  const told = async (tokens: TokenSource, method = "GET") => {
    through = await guarded(api.url, { tokens });
    const answer = await through.ask(method, "/v2/cdn/endpoints");
    expect(answer.status).toBe(424);
    expect(api.arrived).toEqual([]);
    return answer.json();
  };

  test("without a person says so", async () => {
    expect(await told(failing(new ReconnectNeeded("main", "refused")))).toMatchObject({
      id: "deploy4me_reconnect_needed",
      message: expect.stringContaining("Run: deploy4me connect digitalocean") as string,
    });
  });

  test("for a reason of ours says which", async () => {
    const message = "The token of the connection «main» could not be renewed: it rains.";
    expect(await told(failing(new Coded(message)), "POST")).toMatchObject({
      id: "deploy4me_token_unavailable",
      message: expect.stringContaining(message) as string,
    });
  });

  test.each([
    ["without a code", new Error(`with ${realToken}`)],
    ["with one of the system's", Object.assign(new Error(`with ${realToken}`), { code: "ECONNREFUSED" })],
    ["with one of Node's", Object.assign(new Error(`with ${realToken}`), { code: "ERR_INVALID_ARG_VALUE" })],
  ])("for a reason that is not ours, %s, says no more than that", async (_what, error) => {
    const { id, message } = await told(failing(error));
    expect([id, message]).toEqual(["deploy4me_token_unavailable", expect.stringContaining("deploy4me doctor")]);
    expect(message).not.toContain(realToken);
  });

  test("in the place of one that was refused, because it is the same, ends it", async () => {
    await api.close();
    api = await Scripted.open((response) => {
      sendJson(response, { id: "unauthorized", message: "Unable to authenticate you" }, 401);
    });
    const same = (): Promise<AccessToken> => Promise.resolve({ value: realToken });
    through = await guarded(api.url, { tokens: { current: same, replacement: same } });
    expect((await through.ask("GET", "/v2/account")).json().id).toBe("deploy4me_token_refused");
    expect(api.arrived).toHaveLength(1);
  });

  test("because the client has gone is not looked for any more", async () => {
    let aborted: (reason: unknown) => void = () => undefined;
    const seen = new Promise((resolve) => (aborted = resolve));
    let begun: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => (begun = resolve));
    const endless = (signal?: AbortSignal): Promise<AccessToken> => {
      begun();
      return new Promise((_, reject) => {
        signal?.addEventListener("abort", () => {
          aborted(signal.reason);
          reject(signal.reason as Error);
        });
      });
    };
    through = await guarded(api.url, { tokens: { current: endless, replacement: () => endless() } });
    const headers = { authorization: `Bearer ${through.ticket}` };
    const abort = new AbortController();
    const answer = fetch(`${through.url}/v2/account`, { headers, signal: abort.signal }).catch(() => "gone");
    await asked;
    abort.abort();
    expect(await answer).toBe("gone");
    expect(String(await seen)).toContain("the client has gone");
  });
});

import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { inspect } from "node:util";

import type { AccessToken } from "../../connections/credentials";
import { DigitalOceanOAuth } from "../../oauth/digitalocean/client";
import type { Passage } from "./token-gate";
import { Connected, untilDue } from "./connected";
import { applicationAt, failureOf } from "./owner";

let connected: Connected;
beforeEach(async () => {
  connected = await Connected.open();
});
afterEach(() => connected.close());

const minute = 60_000;
const day = 24 * 60 * minute;

describe("the current token", () => {
  test("is the connection's, without a word to anybody, until it nears its end", async () => {
    const tokens = connected.tokens();
    const token = await tokens.current();
    expect(connected.isLetIn(token)).toBe(true);
    expect(token.expires).toEqual(new Date(connected.server.clock.now().getTime() + 30 * day));
    await connected.vault.close();
    connected.server.clock.advance(27 * day - 1);
    expect(await tokens.current()).toBe(token);
    expect(connected.gate.arrived).toBe(0);
  });

  test("is renewed when a tenth of its life is left, and then it is the same for everybody", async () => {
    const tokens = connected.tokens();
    const old = await tokens.current();
    connected.server.clock.advance(27 * day);
    const token = await tokens.current();
    expect([connected.isLetIn(old), connected.isLetIn(token)]).toEqual([false, true]);
    expect(token.expires).toEqual(new Date(connected.server.clock.now().getTime() + 30 * day));
    expect(await connected.tokens().current()).toEqual(token);
    expect(connected.gate.arrived).toBe(1);
    expect(await connected.state()).toBe("usable");
  });

  test("is renewed when it is configured to", async () => {
    const tokens = connected.tokens({ timing: { share: 0.5 } });
    connected.server.clock.advance(15 * day - 1);
    await tokens.current();
    expect(connected.given).toBe(1);
    connected.server.clock.advance(1);
    await tokens.current();
    expect(connected.given).toBe(2);
  });

  test("is renewed over and over, for a year", async () => {
    const tokens = connected.tokens();
    for (let month = 0; month < 13; month++) {
      connected.server.clock.advance(untilDue);
      expect(connected.isLetIn(await tokens.current())).toBe(true);
    }
    expect(connected.gate.arrived).toBe(13);
  });

  test("is renewed after it ran out as well", async () => {
    connected.server.clock.advance(80 * day);
    expect(connected.isLetIn(await connected.tokens().current())).toBe(true);
  });

  test("is renewed once for many who ask at once, one of whom goes away", async () => {
    const tokens = connected.tokens();
    connected.server.clock.advance(untilDue);
    const leaving = new AbortController();
    const read = jest.spyOn(connected.vault.store, "read");
    const release = connected.gate.hold();
    const arrived = connected.gate.next();
    const all = Array.from({ length: 100 }, () => tokens.current());
    const left = failureOf(tokens.current(leaving.signal));
    await arrived;
    leaving.abort();
    expect(await left).toMatchObject({ name: "AbortError" });
    release();
    const values = new Set((await Promise.all(all)).map(({ value }) => value));
    expect(values.size).toBe(1);
    expect(connected.gate.arrived).toBe(1);
    expect(read.mock.calls.length).toBeLessThan(10);
  });

  test("is not sought for who has gone away already", async () => {
    connected.server.clock.advance(untilDue);
    expect(await failureOf(connected.tokens().current(AbortSignal.abort()))).toMatchObject({ name: "AbortError" });
    expect(connected.gate.arrived).toBe(0);
  });
});

describe("when the API refuses a token", () => {
  test("it is renewed at once, and once for all who were refused", async () => {
    const tokens = connected.tokens();
    const refused = await tokens.current();
    const all = await Promise.all(Array.from({ length: 50 }, () => tokens.replacement(refused)));
    expect(new Set(all.map(({ value }) => value)).size).toBe(1);
    expect(connected.isLetIn(all[0]!)).toBe(true);
    expect(connected.gate.arrived).toBe(1);
    expect(await tokens.replacement(refused)).toBe(all[0]);
    expect(await tokens.current()).toBe(all[0]);
  });

  test("what somebody else has got meanwhile is taken", async () => {
    const [mine, theirs] = [connected.tokens(), connected.tokens()];
    const refused = await mine.current();
    const token = await theirs.replacement(refused);
    expect(await mine.replacement(refused)).toEqual(token);
    expect(connected.gate.arrived).toBe(1);
  });

  test("and the next one too, the provider is not asked in a loop", async () => {
    const tokens = connected.tokens();
    let token = await tokens.current();
    token = await tokens.replacement(token);
    for (let time = 0; time < 20; time++)
      expect(await failureOf(tokens.replacement(token))).toMatchObject({
        code: "RENEWAL_FAILED",
        message: expect.stringContaining("refuses a token that it gave seconds ago") as string,
      });
    expect(connected.gate.arrived).toBe(1);
    expect(await connected.state()).toBe("usable");
  });
});

describe("when the provider can't be asked", () => {
  test.each<[Passage]>([["lose-request"], ["challenge"], ["unavailable"]])(
    "(%s) the token that is there is used while it lives, and renewed when the provider is back",
    async (passage) => {
      const old = await connected.tokens().current();
      connected.server.clock.advance(untilDue);
      connected.gate.passage = passage;
      for (let time = 0; time < 5; time++) expect(await connected.tokens().current()).toEqual(old);
      expect(connected.gate.arrived).toBeLessThanOrEqual(2);
      expect(connected.isLetIn(old)).toBe(true);
      connected.server.clock.advance(2 * day);
      const error = await failureOf(connected.tokens().current());
      expect(error).toMatchObject({ code: "RENEWAL_FAILED", connection: "main", retryAt: expect.any(Date) as Date });
      await connected.endPause();
      connected.gate.passage = "pass";
      expect(connected.isLetIn(await connected.tokens().current())).toBe(true);
      expect(await connected.state()).toBe("usable");
    },
  );

  test("because nobody listens, nothing was sent, and there is no doubt", async () => {
    const endpoint = () =>
      new DigitalOceanOAuth(applicationAt(connected.server, undefined, { oauthUrl: "http://127.0.0.1:1" }));
    connected.server.clock.advance(untilDue);
    const token = await connected.tokens({ endpoint }).current();
    expect(connected.isLetIn(token)).toBe(true);
    const { renewal } = await connected.vault.read(connected.connection);
    expect(renewal).toMatchObject({
      doubt: false,
      failures: 1,
      problem: expect.stringContaining("connection") as string,
    });
    expect(renewal).not.toHaveProperty("claim");
  });

  test("because the application is not configured, the token that is there is used, and it is not the connection's fault", async () => {
    const endpoint = () => Promise.reject(new Error("there is no application «Shop»"));
    connected.server.clock.advance(untilDue);
    const tokens = connected.tokens({ endpoint });
    expect(connected.isLetIn(await tokens.current())).toBe(true);
    connected.server.clock.advance(2 * day);
    await connected.endPause();
    expect(await failureOf(tokens.current())).toMatchObject({
      code: "RENEWAL_FAILED",
      message: expect.stringContaining("there is no application «Shop»") as string,
    });
    expect(await connected.state()).toBe("usable");
  });

  test("because it does not know the application, it is not the connection's fault", async () => {
    const client = { ...connected.server.client, secret: "another secret" };
    const endpoint = () => new DigitalOceanOAuth(applicationAt(connected.server, client));
    connected.server.clock.advance(31 * day);
    expect(await failureOf(connected.tokens({ endpoint }).current())).toMatchObject({
      code: "RENEWAL_FAILED",
      cause: { code: "TOKEN_REQUEST_REFUSED", error: "invalid_client" },
    });
    expect(await connected.state()).toBe("usable");
    await connected.endPause();
    expect(connected.isLetIn(await connected.tokens().current())).toBe(true);
  });

  test("because it never ends answering, the renewal is given up; what comes late is kept all the same", async () => {
    const old = await connected.tokens().current();
    connected.server.clock.advance(untilDue);
    const release = connected.gate.hold();
    expect(await connected.tokens({ leaseMs: 200 }).current()).toEqual(old);
    expect((await connected.vault.read(connected.connection)).renewal.doubt).toBe(true);
    release();
    while (JSON.stringify((await connected.vault.read(connected.connection)).credentials).includes(old.value))
      await sleep(10);
    expect((await connected.vault.read(connected.connection)).renewal).toMatchObject({ doubt: false, failures: 0 });
    expect(connected.isLetIn(await connected.tokens().current())).toBe(true);
    expect(connected.gate.arrived).toBe(1);
  });
});

describe("when the provider gives no token any more", () => {
  test("a person is needed, everybody is told so, and nobody asks again", async () => {
    connected.revokeAll();
    connected.server.clock.advance(untilDue);
    const tokens = connected.tokens();
    for (const one of [tokens, tokens, connected.tokens()])
      expect(await failureOf(one.current())).toMatchObject({
        code: "RECONNECT_NEEDED",
        reason: "refused",
        connection: "main",
      });
    expect(await connected.state()).toBe("reconnect: refused");
    expect(connected.gate.arrived).toBe(1);
  });

  test("after a refusal by the API too", async () => {
    const tokens = connected.tokens();
    const token = await tokens.current();
    connected.revokeAll();
    expect(await failureOf(tokens.replacement(token))).toMatchObject({ code: "RECONNECT_NEEDED", reason: "refused" });
    expect(await failureOf(tokens.replacement(token))).toMatchObject({ code: "RECONNECT_NEEDED" });
    expect(connected.gate.arrived).toBe(1);
  });

  test("it goes on when a person has connected again", async () => {
    const tokens = connected.tokens();
    connected.revokeAll();
    connected.server.clock.advance(untilDue);
    await failureOf(tokens.current());
    await connected.reconnect();
    expect(connected.isLetIn(await tokens.current())).toBe(true);
  });
});

describe("when the answer to a renewal is lost", () => {
  test("the refresh token is sent once more; it is used up, so a person is needed and told why", async () => {
    const old = await connected.tokens().current();
    connected.server.clock.advance(untilDue);
    connected.gate.passage = "lose-answer";
    expect(await connected.tokens().current()).toEqual(old);
    expect([connected.gate.arrived, connected.given, connected.isLetIn(old)]).toEqual([1, 2, false]);
    connected.gate.passage = "pass";
    for (let time = 0; time < 5; time++) {
      const error = await failureOf(connected.tokens().replacement(old));
      expect(error).toMatchObject({ code: "RECONNECT_NEEDED", reason: "answer-lost" });
      expect(error.message).toContain("the answer was lost");
    }
    expect([connected.gate.arrived, connected.given]).toEqual([2, 2]);
    expect(await connected.state()).toBe("reconnect: answer-lost");
  });

  test("and nothing had been done, the next one renews it", async () => {
    connected.server.clock.advance(untilDue);
    connected.gate.passage = "lose-request";
    await connected.tokens().current();
    connected.gate.passage = "pass";
    expect(connected.isLetIn(await connected.tokens().current())).toBe(true);
    expect([connected.gate.arrived, connected.given]).toEqual([2, 2]);
  });
});

describe("when the vault can't be used", () => {
  test("the token in memory is used while it lives", async () => {
    const tokens = connected.tokens();
    const token = await tokens.current();
    await connected.vault.close();
    connected.server.clock.advance(untilDue);
    expect(await tokens.current()).toBe(token);
    connected.server.clock.advance(2 * day);
    expect(await failureOf(tokens.current())).toMatchObject({ code: "VAULT_UNAVAILABLE" });
    expect(connected.gate.arrived).toBe(0);
  });

  test("at the moment that the answer comes, it is kept until the vault is back, and nothing is lost", async () => {
    const old = await connected.tokens().current();
    connected.server.clock.advance(untilDue);
    const release = connected.gate.hold();
    const arrived = connected.gate.next();
    const vault = await connected.another({ patienceMs: 20 });
    const tokens = connected.tokens({}, vault);
    const renewed = tokens.current();
    await arrived;
    const unlock = lock(connected);
    release();
    const token = await renewed;
    expect(token.value).not.toBe(old.value);
    expect(connected.isLetIn(token)).toBe(true);
    expect(await tokens.replacement(old)).toBe(token);
    unlock();
    connected.server.clock.advance(6000);
    expect(await tokens.current()).toEqual(token);
    expect(await connected.tokens().current()).toEqual(token);
    expect(connected.given).toBe(2);
    await vault.close();
  });
});

test("a connection that is removed while its token is renewed leaves no live token behind", async () => {
  connected.server.clock.advance(untilDue);
  const release = connected.gate.hold();
  const arrived = connected.gate.next();
  const renewed = failureOf(connected.tokens().current());
  await arrived;
  await connected.vault.remove(connected.connection);
  release();
  expect(await renewed).toMatchObject({ code: "CONNECTION_NOT_FOUND" });
  expect(connected.given).toBe(2);
  expect(connected.server.authority.state.tokens.filter(({ revokedAt }) => revokedAt === undefined)).toEqual([]);
});

test("a person who connects again while the token is renewed is right", async () => {
  connected.server.clock.advance(untilDue);
  const release = connected.gate.hold();
  const arrived = connected.gate.next();
  const tokens = connected.tokens();
  const renewed = tokens.current();
  await arrived;
  const { accessToken } = await connected.reconnect();
  release();
  expect((await renewed).value).toBe(accessToken);
  expect(connected.server.authority.state.tokens.filter(({ revokedAt }) => revokedAt === undefined)).toHaveLength(1);
});

test("another that never ends renewing is waited for so long, and then the token that is there is used", async () => {
  connected.server.clock.advance(untilDue);
  const release = connected.gate.hold();
  const arrived = connected.gate.next();
  const theirs = connected.tokens();
  const renewed = theirs.current();
  await arrived;
  const old = await connected.tokens({ waitMs: 100 }).current();
  connected.server.clock.advance(2 * day);
  expect(await failureOf(connected.tokens({ waitMs: 100 }).current())).toMatchObject({ code: "RENEWAL_FAILED" });
  const waiting = connected.tokens().current();
  release();
  const token = await renewed;
  expect(token.value).not.toBe(old.value);
  expect(await waiting).toEqual(token);
  expect(connected.gate.arrived).toBe(1);
});

describe("a plain API token", () => {
  const credentials = {
    kind: "digitalocean-token",
    apiUrl: "https://api.digitalocean.com",
    token: "dop_v1_a",
  } as const;

  test("is what it is; refused, a person is needed, or has brought another", async () => {
    const plain = await connected.vault.add({ tenant: "local", name: "plain", credentials });
    const tokens = connected.tokensOf(plain);
    const token = await tokens.current();
    expect(token).toEqual({ value: "dop_v1_a" });
    expect(await failureOf(tokens.replacement(token))).toMatchObject({ code: "RECONNECT_NEEDED", reason: "refused" });
    const change = { credentials: { ...credentials, token: "dop_v1_b" } };
    await connected.vault.update(plain, () => ({ change, result: undefined }));
    expect(await tokens.replacement(token)).toEqual({ value: "dop_v1_b" });
    expect(await tokens.current()).toEqual({ value: "dop_v1_b" });
  });

  test("is used to its end, where one is known", async () => {
    const expires = new Date(connected.server.clock.now().getTime() + minute);
    const ending = { ...credentials, expires: expires.toISOString() };
    const tokens = connected.tokensOf(await connected.vault.add({ tenant: "local", name: "p", credentials: ending }));
    expect(await tokens.current()).toEqual({ value: "dop_v1_a", expires });
    connected.server.clock.advance(minute);
    expect(await failureOf(tokens.current())).toMatchObject({ code: "RECONNECT_NEEDED" });
  });
});

test("a connection to AWS has no token", async () => {
  const accessKeyId = "AKIAIOSFODNN7EXAMPLE";
  const credentials = { kind: "aws-keys", region: "eu-central-1", accessKeyId, secretAccessKey: "secret" } as const;
  const tokens = connected.tokensOf(await connected.vault.add({ tenant: "local", name: "aws", credentials }));
  expect(await failureOf(tokens.current())).toMatchObject({ code: "NO_TOKEN_TO_GIVE" });
});

test("no error shows a token or a secret", async () => {
  const tokens = connected.tokens();
  const token: AccessToken = await tokens.current();
  const { credentials } = await connected.vault.read(connected.connection);
  const errors: Awaited<ReturnType<typeof failureOf>>[] = [];
  connected.server.clock.advance(31 * day);
  for (const passage of ["lose-request", "challenge", "unavailable", "lose-answer", "pass"] as const) {
    connected.gate.passage = passage;
    errors.push(await failureOf(tokens.replacement(token)));
    await connected.endPause();
  }
  expect(errors.map(({ code }) => code)).toEqual([...Array<string>(4).fill("RENEWAL_FAILED"), "RECONNECT_NEEDED"]);
  const { renewal } = await connected.vault.read(connected.connection);
  const shown = inspect([errors, renewal], { depth: 20, showHidden: true });
  const { refreshToken = "" } = credentials as { refreshToken?: string };
  for (const secret of [token.value, refreshToken, connected.server.client.secret]) {
    expect(secret).not.toBe("");
    expect(shown).not.toContain(secret);
  }
});

/** Another process that writes and does not come to an end. @returns ends it */
function lock({ address }: Connected): () => void {
  if (address.kind !== "sqlite") throw new Error("only a file can be locked like this");
  const database = new DatabaseSync(address.file);
  database.exec("BEGIN IMMEDIATE");
  return () => {
    database.close();
  };
}

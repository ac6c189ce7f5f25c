import { checkDigitalOcean, type DigitalOceanCheck } from "../../../connections/digitalocean/check";
import { deploymentScopes } from "../../../connections/digitalocean/scopes";
import { sentence } from "../../../connections/sentence";
import type { Verdict, Works } from "../../../connections/verdict";
import { TestSandbox } from "../../oauth/sandbox";

/** Each verdict, provoked at a whole sandbox. */
let sandbox: TestSandbox;
beforeAll(async () => {
  sandbox = await TestSandbox.open();
});
afterEach(() => sandbox.clearFaults());
afterAll(() => sandbox.close());

interface Token {
  readonly id: string;
  readonly access: string;
}

async function newToken(about: object = {}): Promise<Token> {
  const { token, access } = (await sandbox.admin("POST", "/oauth/tokens", { name: "test", ...about })) as {
    readonly token: { readonly id: string };
    readonly access: string;
  };
  return { id: token.id, access };
}

function check(token: Token, more: Partial<DigitalOceanCheck> = {}): Promise<Verdict> {
  return checkDigitalOcean({ apiUrl: sandbox.apiUrl, token: token.access, ...more });
}

async function working(token: Token, more: Partial<DigitalOceanCheck> = {}): Promise<Works> {
  const verdict = await check(token, more);
  if (verdict.kind !== "works") throw new Error(sentence(verdict));
  return verdict;
}

const told = (): Partial<DigitalOceanCheck> => ({ tokenInfoUrl: `${sandbox.oauthUrl}/token/info` });

describe("works", () => {
  test("with the account, its team and its limits, after one request", async () => {
    await sandbox.fault({ kind: "server-error", skip: 1 });
    const verdict = await check(await newToken());
    expect(verdict).toEqual({
      kind: "works",
      account: {
        uuid: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
        email: "sandbox@deploy4me.example",
        name: "Sandbox",
        status: "active",
        team: { uuid: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown, name: "My Team" },
      },
      limits: {
        droplets: expect.any(Number) as unknown,
        reservedIps: expect.any(Number) as unknown,
        requestsLeft: 4999,
      },
    });
    expect(sentence(verdict)).toMatch(
      /^The connection to DigitalOcean works: sandbox@.*, team «My Team».*4999 requests left/,
    );
  });

  test("with the scopes that the provider names", async () => {
    const scopes = ["account:read", "droplet:read", "droplet:create"];
    const { scopes: granted } = await working(await newToken({ scopes }), { ...told(), scopes: ["droplet:create"] });
    expect(granted).toEqual(scopes);
  });

  test("with a token that may do everything, for all that a deployment needs", async () => {
    expect(await working(await newToken(), { ...told(), scopes: deploymentScopes })).toMatchObject({
      scopes: ["read", "write"],
    });
  });

  test("without the provider's word, with what can be tried out, and says what can't", async () => {
    const { unproven = [], scopes } = await working(await newToken(), { scopes: deploymentScopes });
    expect(scopes).toBeUndefined();
    expect(unproven).toContain("droplet:create");
    expect(unproven.filter((scope) => scope.endsWith(":read"))).toEqual([]);
  });

  test("when its right account and team are asked for", async () => {
    const { account } = await working(await newToken());
    const expected = { accountUuid: account.uuid, teamUuid: account.team!.uuid };
    expect(await check(await newToken(), { expected })).toMatchObject({ kind: "works" });
  });

  test("after an API that failed twice", async () => {
    await sandbox.fault({ kind: "server-error", status: 503, count: 1 });
    await sandbox.fault({ kind: "reset", count: 1 });
    expect(await check(await newToken())).toMatchObject({ kind: "works" });
  });
});

describe("the token", () => {
  test("has expired, as its owner knew it would", async () => {
    const token = await newToken({ expiresIn: 60 });
    const expires = new Date(sandbox.clock.now().getTime() + 60_000);
    expect(await check(token, { expires })).toMatchObject({ kind: "works" });
    sandbox.clock.advance(61_000);
    const past = new Date(Date.now() - 1000);
    const verdict = await check(token, { expires: past });
    expect(verdict).toEqual({ kind: "expired", at: past });
    expect(sentence(verdict)).toContain(`expired at ${past.toISOString()}. Connect the account anew`);
  });

  test("was revoked", async () => {
    const token = await newToken();
    await sandbox.admin("DELETE", `/oauth/tokens/${token.id}`);
    expect(await check(token)).toEqual({ kind: "revoked" });
    expect(await check(token, { expires: new Date(Date.now() + 60_000) })).toEqual({ kind: "revoked" });
  });

  test.each(["", "two words", "dop_v1_\r\nx-evil: 1", "dop_v1_é", "x".repeat(10_000)])(
    "is none: %j",
    async (access) => {
      expect(await check({ id: "", access })).toEqual({ kind: "revoked" });
    },
  );

  test("may not see the account", async () => {
    const verdict = await check(await newToken({ scopes: ["droplet:read"] }));
    expect(verdict).toEqual({ kind: "missing-scope", missing: ["account:read"] });
  });

  test("lacks scopes, each named, as the provider tells them", async () => {
    const granted = deploymentScopes.filter((scope) => !/^(droplet:create|vpc:read|tag:delete)$/.test(scope));
    const verdict = await check(await newToken({ scopes: granted }), { ...told(), scopes: deploymentScopes });
    expect(verdict).toEqual({ kind: "missing-scope", missing: ["droplet:create", "vpc:read", "tag:delete"] });
    expect(sentence(verdict)).toContain("lacks the scopes droplet:create, vpc:read, tag:delete");
  });

  test.each(deploymentScopes.filter((scope) => scope.endsWith(":read")))(
    "lacks %s, as is found by trying",
    async (scope) => {
      const granted = deploymentScopes.filter((one) => one !== scope);
      const verdict = await check(await newToken({ scopes: granted }), { scopes: deploymentScopes });
      // Sizes can't be seen without regions, and nobody can tell then whether they could be.
      expect(verdict).toEqual({ kind: "missing-scope", missing: [scope] });
    },
  );

  test.each([{ kind: "not-found" }, { kind: "server-error" }, { kind: "challenge" }, { kind: "truncated" }])(
    "is tried out where the provider does not tell its scopes: $kind",
    async (fault) => {
      await sandbox.fault({ ...fault, route: "/v1/oauth/token/info" });
      const token = await newToken({ scopes: ["account:read", "vpc:read"] });
      const verdict = await check(token, { ...told(), scopes: ["vpc:read", "droplet:read"] });
      expect(verdict).toEqual({ kind: "missing-scope", missing: ["droplet:read"] });
    },
  );
});

describe("the account", () => {
  test("is another one", async () => {
    const verdict = await check(await newToken(), {
      expected: { accountUuid: "0c9a5d5e-6c0b-4f5e-9d0c-000000000001" },
    });
    expect(verdict).toMatchObject({ kind: "wrong-account", found: { email: "sandbox@deploy4me.example" } });
    expect(sentence(verdict)).toMatch(
      /belongs to another account: sandbox@deploy4me.example \([0-9a-f-]{36}\), team .*, not 0c9a5d5e/,
    );
  });

  test("is the right one, and the team is not", async () => {
    const { account } = await working(await newToken());
    const other = await newToken({ team: "Empty Team" });
    const expected = { accountUuid: account.uuid, teamUuid: account.team!.uuid };
    const verdict = await check(other, { expected });
    expect(verdict).toMatchObject({ kind: "wrong-team", found: { team: { name: "Empty Team" } } });
    expect(sentence(verdict)).toMatch(/another team: .*team «Empty Team».*Connect again and choose the right team/);
  });
});

describe("the provider", () => {
  test("takes no more requests of this hour", async () => {
    await sandbox.fault({ kind: "rate-limited" });
    const verdict = await check(await newToken());
    // The sandbox's clock stands still.
    const until = new Date(Math.ceil(sandbox.clock.now().getTime() / 1000) * 1000 + 1_200_000);
    expect(verdict.kind).toBe("rate-limited");
    if (verdict.kind === "rate-limited") expect(Math.abs(verdict.until.getTime() - until.getTime())).toBeLessThan(2000);
    expect(sentence(verdict)).toMatch(/takes no more requests with this token until 20\d\d-.*Wait until then/);
  });

  test("takes no more requests of this minute, and is not asked again", async () => {
    await sandbox.fault({ kind: "rate-limited", retryAfter: 30, count: 1 });
    const asked = Date.now();
    const verdict = await check(await newToken());
    if (verdict.kind !== "rate-limited") throw new Error(verdict.kind);
    const seconds = (verdict.until.getTime() - asked) / 1000;
    expect(Math.round(seconds)).toBeGreaterThanOrEqual(30);
    expect(seconds).toBeLessThan(60);
  });

  test.each([403, 503, 200])("is behind a challenge with %d, and is not asked again", async (status) => {
    await sandbox.fault({ kind: "challenge", status, count: 1 });
    const verdict = await check(await newToken());
    const rayId: unknown = expect.stringMatching(/^[0-9a-f]{16}-FRA$/);
    expect(verdict).toEqual({ kind: "blocked", by: "Cloudflare", form: "challenge", rayId });
    expect(sentence(verdict)).toMatch(/check for robots .*\(ray id [0-9a-f]{16}-FRA\).*from another network/);
  });

  test("is behind a block", async () => {
    await sandbox.fault({ kind: "blocked", count: 1 });
    const verdict = await check(await newToken());
    expect(verdict).toMatchObject({ kind: "blocked", form: "block", code: 1020 });
    expect(sentence(verdict)).toContain("Trying again does not help: use another network");
  });

  test.each([
    [{ kind: "server-error", status: 503 }, 503],
    [{ kind: "edge-error", status: 522 }, 522],
    [{ kind: "gateway-timeout" }, 504],
    [{ kind: "truncated", how: "json" }, 200],
    [{ kind: "truncated", how: "length" }, 200],
    [{ kind: "empty" }, 200],
  ])("is down: %j", async (fault, status) => {
    await sandbox.fault(fault);
    const verdict = await check(await newToken());
    expect(verdict).toMatchObject({ kind: "provider-down", status });
    expect(sentence(verdict)).toContain("Look at status.digitalocean.com");
  });

  test.each([
    [{ kind: "field-renamed", path: "$.account.uuid", to: "id" }, "account.uuid", /is missing, and should be a string/],
    [{ kind: "type-changed", path: "$.account.droplet_limit", to: "string" }, "account.droplet_limit", /is a string/],
    [{ kind: "wrapped", in: "data" }, "account", /is missing/],
    [{ kind: "not-found" }, "", /comes with status 404/],
  ])("has another API: %j", async (fault, field, problem) => {
    await sandbox.fault(fault);
    const verdict = await check(await newToken());
    const words: unknown = expect.stringMatching(problem);
    expect(verdict).toEqual({ kind: "api-changed", operation: "GET /v2/account", field, problem: words });
    expect(sentence(verdict)).toContain("Update deploy4me");
  });

  test("has a trifle changed that nobody relies on", async () => {
    await sandbox.fault({ kind: "field-dropped", path: "$.account.email_verified" });
    expect(await check(await newToken())).toMatchObject({ kind: "works" });
  });

  test("is down while scopes are tried out", async () => {
    await sandbox.fault({ kind: "edge-error", status: 521, route: "/v2/vpcs" });
    const verdict = await check(await newToken(), { scopes: deploymentScopes });
    expect(verdict).toMatchObject({ kind: "provider-down", status: 521 });
  });
});

test("nothing is changed, and few requests are made", async () => {
  await sandbox.fault({ kind: "server-error", route: "POST /**" });
  await sandbox.fault({ kind: "server-error", route: "PUT /**" });
  await sandbox.fault({ kind: "server-error", route: "PATCH /**" });
  await sandbox.fault({ kind: "server-error", route: "DELETE /**" });
  const token = await newToken();
  await working(token, { scopes: deploymentScopes });
  const { limits } = await working(token);
  // One, and one for each of ten scopes; then one.
  expect(limits.requestsLeft).toBe(5000 - 13);
  const { faults } = (await sandbox.admin("GET", "/faults")) as {
    readonly faults: readonly { readonly matched: number }[];
  };
  expect(faults.map(({ matched }) => matched)).toEqual([0, 0, 0, 0]);
});

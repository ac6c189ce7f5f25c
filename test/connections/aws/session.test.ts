import { inspect } from "node:util";

import { sdkCredentials } from "../../../connections/aws/credentials";
import { AwsRefused } from "../../../connections/aws/refused";
import { keySource, roleSessions, type RoleSessionOptions } from "../../../connections/aws/session";
import { account, refuse, session, type StsAnswer, StsServer } from "./sts-server";

const key = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "canary-secret-of-a-user" };
const role = { arn: `arn:aws:iam::${account}:role/deploy4me`, externalId: "agreed" };
const minutes = 60_000;

describe("sessions of a role", () => {
  let sts: StsServer | undefined;
  let now: number;
  beforeEach(() => {
    now = Date.parse("2026-01-01T00:00:00Z");
  });
  afterEach(() => sts?.close());

  const granting: StsAnswer = (response, { parameters }) => {
    session(response, sts?.asked.length ?? 0, new Date(now + 1000 * Number(parameters.DurationSeconds)));
  };
  const sessions = async (answer: StsAnswer = granting, options: Partial<RoleSessionOptions> = {}) => {
    sts = await StsServer.open(answer);
    const own = { region: "eu-central-1", endpoint: sts.url, source: keySource(key), clock: () => new Date(now) };
    return roleSessions(role, { ...own, ...options });
  };

  test("last an hour, and are renewed before they end", async () => {
    const source = await sessions();
    const first = await source.current();
    expect(first).toMatchObject({ sessionToken: "canary-token-1", expires: new Date(now + 60 * minutes) });
    expect(sts?.asked[0]?.parameters).toMatchObject({
      RoleArn: role.arn,
      ExternalId: "agreed",
      DurationSeconds: "3600",
    });
    now += 44 * minutes;
    expect(await source.current()).toBe(first);
    now += 2 * minutes;
    expect(await source.current()).toMatchObject({ sessionToken: "canary-token-2" });
    expect(sts?.asked).toHaveLength(2);
  });

  test("are asked for once, however many want one", async () => {
    const source = await sessions();
    const all = await Promise.all(Array.from({ length: 20 }, () => source.current()));
    expect(new Set(all).size).toBe(1);
    expect(sts?.asked).toHaveLength(1);
  });

  test("that another session assumes last an hour at most, also when more is asked for", async () => {
    const chained = await sessions(granting, {
      source: keySource({ ...key, sessionToken: "canary-of-a-session" }),
      durationSeconds: 6 * 3600,
    });
    expect((await chained.current()).expires).toEqual(new Date(now + 60 * minutes));
    expect(sts?.asked).toMatchObject([
      { sessionToken: "canary-of-a-session", parameters: { DurationSeconds: "3600" } },
    ]);
    await sts?.close();
    const own = await sessions(granting, { durationSeconds: 6 * 3600 });
    expect((await own.current()).expires).toEqual(new Date(now + 360 * minutes));
  });

  test("of a role that allows no more than an hour last an hour", async () => {
    const source = await sessions(
      (response, request) => {
        const tooLong = refuse(
          400,
          "ValidationError",
          "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        );
        (Number(request.parameters.DurationSeconds) > 3600 ? tooLong : granting)(response, request);
      },
      { durationSeconds: 7200 },
    );
    expect((await source.current()).expires).toEqual(new Date(now + 60 * minutes));
    now += 50 * minutes;
    await source.current();
    expect(sts?.asked.map(({ parameters }) => parameters.DurationSeconds)).toEqual(["7200", "3600", "3600"]);
  });

  test("are used on while they live when AWS can't be asked for another, and not asked for with each use", async () => {
    let down = false;
    const denied = refuse(403, "AccessDenied", "User is not authorized to perform: sts:AssumeRole");
    const source = await sessions((response, request) => {
      (down ? denied : granting)(response, request);
    });
    const first = await source.current();
    down = true;
    now += 50 * minutes;
    for (let use = 0; use < 3; use++) expect(await source.current()).toBe(first);
    expect(sts?.asked).toHaveLength(2);
    now += 11 * minutes;
    const failed = await source.current().catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(AwsRefused);
    expect(failed).toMatchObject({
      code: "AWS_REFUSED",
      action: "sts:AssumeRole",
      transient: false,
      verdict: { kind: "denied" },
    });
    down = false;
    expect(await source.current()).toMatchObject({ sessionToken: "canary-token-4" });
  });

  test("that AWS refuses have a successor at once, and one that somebody else got counts", async () => {
    const source = await sessions();
    const first = await source.current();
    const [one, other] = await Promise.all([source.replacement(first), source.replacement(first)]);
    expect(one).toMatchObject({ sessionToken: "canary-token-2" });
    expect(other).toBe(one);
    expect(await source.replacement(first)).toBe(one);
    expect(sts?.asked).toHaveLength(2);
  });

  test("that are refused are not handed out again when there is no other", async () => {
    let down = false;
    const source = await sessions((response, request) => {
      (down ? refuse(403, "AccessDenied", "no") : granting)(response, request);
    });
    const first = await source.current();
    down = true;
    await expect(source.replacement(first)).rejects.toBeInstanceOf(AwsRefused);
  });

  test("are not lost to all because one no longer wants one", async () => {
    let answer = (): void => undefined;
    const source = await sessions((response, request) => {
      answer = () => {
        granting(response, request);
      };
    });
    const impatient = new AbortController();
    const gone = source.current(impatient.signal);
    const patient = source.current();
    while (sts?.asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    impatient.abort(new Error("no longer wanted"));
    await expect(gone).rejects.toThrow("no longer wanted");
    answer();
    expect(await patient).toMatchObject({ sessionToken: "canary-token-1" });
  });

  test("survive an AWS that is down for a moment", async () => {
    const source = await sessions((response, request) => {
      (sts?.asked.length === 1 ? refuse(500, "InternalFailure", "internal error") : granting)(response, request);
    });
    expect(await source.current()).toMatchObject({ sessionToken: "canary-token-2" });
  });

  test("count by this machine's clock, also when AWS's own is another", async () => {
    const source = await sessions((response) => {
      session(response, sts?.asked.length ?? 0, new Date("2020-01-01T00:00:00Z"));
    });
    const first = await source.current();
    expect(await source.current()).toBe(first);
    expect(sts?.asked).toHaveLength(1);
  });

  test("are in the form of the AWS SDK for its clients", async () => {
    const source = await sessions();
    expect(await sdkCredentials(source)()).toEqual({
      accessKeyId: "ASIAIOSFODNN7EXAMP01",
      secretAccessKey: "canary-secret-1",
      sessionToken: "canary-token-1",
      expiration: new Date(now + 60 * minutes),
    });
  });

  test("show no secret when they fail", async () => {
    const source = await sessions(refuse(403, "AccessDenied", "no"), {
      source: keySource({ ...key, sessionToken: "canary-token-of-a-session" }),
    });
    const failed = await source.current().catch((error: unknown) => error);
    expect(inspect(failed, { depth: 12, showHidden: true })).not.toContain("canary");
  });
});

test("an access key has no successor", async () => {
  const source = keySource(key);
  expect(await source.current()).toBe(key);
  await expect(source.replacement(key)).rejects.toMatchObject({ verdict: { kind: "revoked" } });
});

import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, unlinkSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { get } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { admin } from "../../../cli/admin";
import { ManualClock } from "../../../sandbox/clock";
import { type Daemon, startDaemon } from "../../../sandbox/daemon";
import { daemonFiles } from "../../../sandbox/daemon-files";
import { Contract } from "../../../sandbox/digitalocean/contract";
import { readApplications } from "../../../sandbox/oauth/applications-file";
import { RecordedHosts } from "../digitalocean/recorded-hosts";
import { Browser } from "./browser";

const day = 86_400_000;

interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** DigitalOcean's description of its API, where it is on this machine. */
const contract = Contract.load();

/** A whole sandbox, over recorded machines. */
describe("a sandbox with its tokens", () => {
  let directory: string;
  let daemon: Daemon;
  let clock: ManualClock;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "deploy4me-daemon-"));
    clock = new ManualClock(new Date("2026-01-01T12:00:00Z"));
    await start();
  });
  afterEach(async () => {
    await daemon.close();
    rmSync(directory, { recursive: true });
  });

  const start = async () => {
    daemon = await startDaemon({
      directory,
      openRoom: () => Promise.resolve(new RecordedHosts()),
      openClock: () => clock,
      log: () => undefined,
    });
  };

  const ownToken = () => readFileSync(daemonFiles(directory).token, "utf8").trim();
  const api = async (token: string, path: string, method = "GET", body?: object): Promise<Answer> => {
    const response = await fetch(`${daemon.apiUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await response.text();
    const answer = { status: response.status, body: text === "" ? {} : (JSON.parse(text) as Answer["body"]) };
    const headers = Object.fromEntries(response.headers);
    if (path.startsWith("/v2/")) expect(contract?.violations({ method, path, headers, ...answer }) ?? []).toEqual([]);
    return answer;
  };
  const newToken = async (about: object): Promise<{ id: string; access: string }> => {
    const answer = (await admin(directory, "POST", "/oauth/tokens", { name: "t", ...about })) as {
      token: { id: string };
      access: string;
    };
    return { id: answer.token.id, access: answer.access };
  };
  const client = () => readApplications(join(daemonFiles(directory).oauth, "applications.json"))[0]!;

  /** The whole dance of the application for development. */
  const oauthToken = async (scope: string, team?: string) => {
    const { clientId, clientSecret = "", redirectUris } = client();
    const redirect_uri = redirectUris[0]!;
    const query = new URLSearchParams({ response_type: "code", client_id: clientId, redirect_uri, scope });
    const browser = new Browser();
    const page = await browser.open(`${daemon.apiUrl}/v1/oauth/authorize?${query.toString()}`);
    const chosen = new RegExp(`value="([^"]+)"[^>]*>\\s*<span>${team ?? "My Team"}</span>`).exec(page.text)![1]!;
    const { location } = await browser.submit(page, "authorize", { team: chosen });
    const response = await fetch(`${daemon.apiUrl}/v1/oauth/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "authorization_code",
        code: new URL(location).searchParams.get("code")!,
        client_id: clientId,
        client_secret: clientSecret,
        redirect_uri,
      }),
    });
    return (await response.json()) as { access_token: string; info: Record<string, string> };
  };

  test("lets its own token do everything, and describes it as a personal one", async () => {
    expect((await api(ownToken(), "/v2/account")).status).toBe(200);
    expect((await api(ownToken(), "/v2/tags", "POST", { name: "x" })).status).toBe(201);
    const { body } = await api(ownToken(), "/v1/oauth/token/info");
    expect(body).toMatchObject({ expires_in_seconds: null, application: { uid: null } });
  });

  test("lets an application's token do what was consented to, with the account that consented", async () => {
    const { access_token: access, info } = await oauthToken("read");
    const { status, body } = await api(access, "/v2/account");
    expect(status).toBe(200);
    expect(body.account).toMatchObject({
      uuid: info.uuid,
      email: info.email,
      team: { uuid: info.team_uuid, name: info.team_name },
    });
    expect(await api(access, "/v2/tags", "POST", { name: "x" })).toMatchObject({
      status: 403,
      body: { id: "forbidden" },
    });
    const { access_token: writer } = await oauthToken("read write");
    expect((await api(writer, "/v2/tags", "POST", { name: "x" })).status).toBe(201);
  });

  test("holds granular scopes against each operation", async () => {
    const { access } = await newToken({ scopes: ["account:read"] });
    expect((await api(access, "/v2/account")).status).toBe(200);
    expect((await api(access, "/v2/droplets")).status).toBe(403);
  });

  test("lets nobody in whose token ran out or was revoked", async () => {
    const short = await newToken({ expiresIn: 3600 });
    const long = await newToken({});
    clock.advance(3_600_000);
    expect(await api(short.access, "/v2/account")).toMatchObject({ status: 401, body: { id: "unauthorized" } });
    expect((await api(long.access, "/v2/account")).status).toBe(200);
    await admin(directory, "DELETE", `/oauth/tokens/${long.id}`);
    expect((await api(long.access, "/v2/account")).status).toBe(401);
    const { access_token: access } = await oauthToken("read");
    clock.advance(30 * day);
    expect((await api(access, "/v2/account")).status).toBe(401);
  });

  test("keeps tokens, teams and applications over a restart", async () => {
    const { access_token: access, info } = await oauthToken("read", "Empty Team");
    const before = client();
    await daemon.close();
    await start();
    expect(client()).toEqual(before);
    const { body } = await api(access, "/v2/account");
    expect(body.account).toMatchObject({ team: { uuid: info.team_uuid, name: "Empty Team" } });
    expect((await api(ownToken(), "/v2/account")).status).toBe(200);
  });

  test("gives itself a new token for one that was removed; the old one is good no longer", async () => {
    const old = ownToken();
    await daemon.close();
    unlinkSync(daemonFiles(directory).token);
    await start();
    expect(ownToken()).not.toBe(old);
    expect((await api(ownToken(), "/v2/account")).status).toBe(200);
    expect((await api(old, "/v2/account")).status).toBe(401);
  });

  test("does not let its own token be revoked", async () => {
    const revoke = await fetch(`${daemon.apiUrl}/v1/oauth/revoke`, {
      method: "POST",
      headers: { authorization: `Bearer ${ownToken()}` },
      body: new URLSearchParams({ token: ownToken() }),
    });
    expect(revoke.status).toBe(400);
    const { tokens } = (await admin(directory, "GET", "/oauth/tokens")) as { tokens: { id: string }[] };
    await expect(admin(directory, "DELETE", `/oauth/tokens/${tokens[0]!.id}`)).rejects.toThrow("remove that");
    expect((await api(ownToken(), "/v2/account")).status).toBe(200);
  });

  test("loses a token in mid-run when a fault revokes it, for good", async () => {
    const { access_token: access } = await oauthToken("read");
    const { fault } = (await admin(directory, "POST", "/faults", { kind: "token-revoked", count: 1, skip: 1 })) as {
      fault: { id: string };
    };
    expect((await api(access, "/v2/account")).status).toBe(200);
    expect(await api(access, "/v2/account")).toMatchObject({ status: 401, body: { id: "unauthorized" } });
    await admin(directory, "DELETE", `/faults/${fault.id}`);
    expect((await api(access, "/v2/account")).status).toBe(401);
    expect((await api(ownToken(), "/v2/account")).status).toBe(200);
  });

  test("has faults where tokens are given, too", async () => {
    const { clientId, redirectUris } = client();
    await admin(directory, "POST", "/faults", { kind: "gateway-timeout", count: 1, route: "GET /v1/oauth/authorize" });
    const query = new URLSearchParams({
      response_type: "code",
      client_id: clientId,
      redirect_uri: redirectUris[0]!,
      scope: "read",
    });
    const open = () => fetch(`${daemon.apiUrl}/v1/oauth/authorize?${query.toString()}`);
    expect([(await open()).status, (await open()).status]).toEqual([504, 200]);
  });

  test("gives tokens over TLS, and says so", async () => {
    const ca = readFileSync(daemon.caFile, "utf8");
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const { clientId, redirectUris } = client();
      const query = new URLSearchParams({
        response_type: "code",
        client_id: clientId,
        redirect_uri: redirectUris[0]!,
        prompt: "none",
      });
      get(`${daemon.tlsUrl}/v1/oauth/authorize?${query.toString()}`, { ca }, resolve).on("error", reject);
    });
    answer.resume();
    const location = new URL(answer.headers.location ?? "");
    expect(Object.fromEntries(location.searchParams)).toMatchObject({ error: "consent_required", iss: daemon.tlsUrl });
  });

  test("keeps what is secret to its owner", () => {
    const { oauth, token } = daemonFiles(directory);
    for (const file of [token, join(oauth, "oauth.json"), join(oauth, "applications.json")])
      expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(oauth, "oauth.json"), "utf8")).not.toContain(ownToken().slice(7));
    expect(existsSync(join(oauth, "oauth.json.new"))).toBe(false);
  });

  test("tells its owner of tokens and applications, and of no secret", async () => {
    await newToken({ name: "mine", scopes: ["read"], team: "empty team" });
    const listed = JSON.stringify([
      await admin(directory, "GET", "/oauth/tokens"),
      await admin(directory, "GET", "/oauth/applications"),
    ]);
    expect(listed).toContain('"name":"mine","kind":"personal","scopes":["read"],"team":"Empty Team"');
    expect(listed).toContain(client().clientId);
    expect(listed).not.toMatch(/do[opr]_v1_|Hash/);
    expect(listed).not.toContain(client().clientSecret);
  });

  test("refuses its owner's mistakes in words", async () => {
    const refused = (path: string, body: object) => expect(admin(directory, "POST", path, body)).rejects;
    await refused("/oauth/tokens", { name: "t", scopes: ["droplets:read"] }).toThrow("scope is invalid");
    await refused("/oauth/tokens", { name: "t", team: "nobody's" }).toThrow(`only "My Team", "Empty Team"`);
    await refused("/oauth/tokens", { name: "t", expiresIn: -1 }).toThrow("expiresIn");
    await refused("/oauth/applications", { name: "a", redirectUris: ["http://a.example/"] }).toThrow("on loopback");
    await expect(admin(directory, "DELETE", "/oauth/tokens/nobody")).rejects.toThrow("no live token");
  });

  test("registers further applications", async () => {
    const redirectUris = ["https://late.example/callback"];
    const answer = await admin(directory, "POST", "/oauth/applications", { name: "Late", redirectUris });
    const file = join(daemonFiles(directory).oauth, "applications.json");
    expect(answer).toMatchObject({ secrets: file, application: { name: "Late", public: false } });
    expect(readApplications(file)).toHaveLength(4);
    expect(JSON.stringify(answer)).not.toContain(readApplications(file)[3]!.clientSecret);
  });

  describe("whose second team is chosen", () => {
    let access: string;
    beforeEach(async () => {
      ({ access_token: access } = await oauthToken("read write", "Empty Team"));
      await api(ownToken(), "/v2/droplets", "POST", {
        name: "web-1",
        region: "fra1",
        size: "s-1vcpu-1gb",
        image: "debian-13-x64",
      });
    });

    test("shows an empty account of the same owner", async () => {
      const { account } = (await api(access, "/v2/account")).body;
      const { account: main } = (await api(ownToken(), "/v2/account")).body;
      expect(account).toMatchObject({ droplet_limit: 0, uuid: (main as { uuid: string }).uuid });
      expect((account as { team: object }).team).not.toEqual((main as { team: object }).team);
      for (const path of ["droplets", "domains", "volumes", "reserved_ips", "tags", "firewalls", "snapshots"])
        expect((await api(access, `/v2/${path}`)).body).toMatchObject({ [path]: [], meta: { total: 0 } });
      expect((await api(ownToken(), "/v2/droplets")).body).toMatchObject({ meta: { total: 1 } });
    });

    test("refuses a droplet by the account's limit", async () => {
      const droplet = { name: "web-1", region: "fra1", size: "s-1vcpu-1gb", image: "debian-13-x64" };
      expect(await api(access, "/v2/droplets", "POST", droplet)).toMatchObject({
        status: 422,
        body: {
          id: "unprocessable_entity",
          message: "creating this/these droplet(s) will exceed your droplet limit",
        },
      });
    });

    test("refuses everything else that would make something, and says why", async () => {
      for (const [path, body] of [
        ["domains", { name: "x.example" }],
        ["tags", { name: "x" }],
        ["vpcs", { name: "x", region: "fra1" }],
      ] as const)
        expect(await api(access, `/v2/${path}`, "POST", body)).toMatchObject({
          status: 403,
          body: { message: expect.stringContaining("is empty and stays so") as unknown },
        });
    });

    test("has scopes like the first", async () => {
      const { access_token: reader } = await oauthToken("read", "Empty Team");
      expect((await api(reader, "/v2/droplets")).status).toBe(200);
      expect((await api(reader, "/v2/droplets", "POST", {})).status).toBe(403);
    });
  });
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { FaultyApi, small } from "../../sandbox/faults/faulty-api";
import { Chance } from "../../sandbox/kill/chance";
import { GuardProcess } from "./guard-process";
import { publicKey } from "./kinds";

jest.setTimeout(120_000);

describe("a guard that is killed", () => {
  const directory = mkdtempSync(join(tmpdir(), "deploy4me-killed-"));
  let file: string;
  let api: FaultyApi;
  let epoch = 0;
  let tests = 0;
  let guard: GuardProcess;
  const next = async (visibleWithin = 300): Promise<void> => {
    guard = await GuardProcess.start({ file, upstream: api.origin, epoch: ++epoch, visibleWithin });
  };
  beforeEach(async () => {
    file = join(directory, `${++tests}.db`);
    api = await FaultyApi.open();
    await next();
  });
  afterEach(async () => {
    await guard.kill();
    await api.close();
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });
  const web = { ...small, name: "web" };
  const struck = async (id: string): Promise<void> => {
    while (api.faults.get(id)?.struck !== 1) await new Promise((resolve) => setTimeout(resolve, 2));
  };

  test.each([
    ["when its create was carried out, and the answer is on its way", true],
    ["when its create is on its way, and does not arrive", false],
  ])("%s: the next one makes no second droplet", async (_when, applied) => {
    const held = api.add({ kind: "slow", delay: 20, applied, route: "POST /v2/droplets", count: 1 });
    const answer = guard.create("/v2/droplets", web).catch(() => "none");
    await struck(held);
    await guard.kill();
    await expect(answer).resolves.toBe("none");
    api.faults.clear(held);
    await next();
    expect(await guard.create("/v2/droplets", web)).toMatchObject({ status: 202, json: { droplet: { name: "web" } } });
    expect(api.named("web")).toHaveLength(1);
  });

  test("before its create left: the next one makes the droplet", async () => {
    const held = api.add({ kind: "slow", delay: 20, route: "GET /v2/droplets", count: 1 });
    const answer = guard.create("/v2/droplets", web).catch(() => "none");
    await struck(held);
    await guard.kill();
    await answer;
    api.faults.clear(held);
    await next();
    expect((await guard.create("/v2/droplets", web)).status).toBe(202);
    expect(api.named("web")).toHaveLength(1);
  });

  /**
   * Until the client has the answer and the next guard knows that it has, there is no moment that both can be certain of: a guard killed in it
   * answers an equal request with what the client knows already. Names tell that apart; of addresses, at least none is left that nobody knows.
   */
  test.each([1, 2])(
    "at any moment, over and over (seed %i): everything is there once, and nothing that nobody knows",
    async (seed) => {
      const chance = new Chance(seed);
      const told = new Set<string>();
      const wanted = [
        ...Array.from({ length: 4 }, (_, at) => ["/v2/droplets", { ...small, name: `web-${at}` }] as const),
        ...Array.from(
          { length: 4 },
          (_, at) => ["/v2/account/keys", { name: `key-${at}`, public_key: publicKey() }] as const,
        ),
        ...Array.from({ length: 4 }, () => ["/v2/reserved_ips", { region: "fra1" }] as const),
        ...Array.from(
          { length: 4 },
          (_, at) => ["/v2/volumes", { name: `data-${at}`, region: "fra1", size_gigabytes: 1 }] as const,
        ),
      ];
      let kills = 0;
      for (const [path, body] of wanted) {
        for (;;) {
          const dies = kills < 10 && chance.whole(2) === 0;
          const timer = dies ? setTimeout(() => void guard.kill(), chance.whole(25)) : undefined;
          const answer = await guard.create(path, body).catch(() => undefined);
          clearTimeout(timer);
          if (dies) {
            kills++;
            await guard.kill();
            await next();
          }
          if (answer === undefined) continue;
          expect([201, 202]).toContain(answer.status);
          const ip = (answer.json.reserved_ip as { ip: string } | undefined)?.ip;
          if (ip !== undefined) told.add(ip);
          break;
        }
      }
      const { droplets, sshKeys, reservedIps, volumes } = api.cloud.state;
      const names = (all: readonly { readonly name: string }[]): string[] => all.map(({ name }) => name).sort();
      const upTo = (name: string): string[] => [0, 1, 2, 3].map((at) => `${name}-${at}`);
      expect(kills).toBeGreaterThan(0);
      expect(names(droplets)).toEqual(upTo("web"));
      expect(names(sshKeys)).toEqual(upTo("key"));
      expect(names(volumes)).toEqual(upTo("data"));
      expect(new Set(reservedIps.map(({ ip }) => ip))).toEqual(told);
    },
  );
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { recordedDrifts } from "../../guard/drift-record";
import { ContractWatch } from "../../guard/watch";

const get = { method: "GET", path: "/v2/account" };
const account = {
  account: {
    droplet_limit: 25,
    floating_ip_limit: 5,
    reserved_ip_limit: 5,
    volume_limit: 100,
    email: "owner@example.com",
    name: "Owner",
    uuid: "b6fr89dbf6d9156cace5f3c78dc9851d957381ef",
    email_verified: true,
    status: "active",
    status_message: "",
    team: { uuid: "5df3e3004a17e242b7c20ca6c9fc25b701a47ece", name: "My Team" },
  },
};
const changed = (change: object): object => ({ account: { ...account.account, ...change } });

describe("the contract watch", () => {
  let directory: string;
  let file: string;
  let now: number;
  let lines: string[];
  let watch: ContractWatch;
  const clock = { now: () => now, sleep: () => Promise.reject(new Error("nobody sleeps")) };

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "deploy4me-watch-"));
    file = join(directory, "guard.db");
    now = Date.parse("2026-01-01T00:00:00Z");
    lines = [];
    watch = new ContractWatch({ file, clock, log: (line) => lines.push(line) });
  });
  afterEach(() => {
    watch.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const written = () => new Promise((resolve) => setTimeout(resolve, 20));

  test("says nothing of answers that are as they should be, and of what it has no contract for", async () => {
    expect(watch.look(get, 200, account)).toBeUndefined();
    expect(watch.look(get, 200, changed({ new_field: 1 }))).toBeUndefined();
    expect(watch.look(get, 404, { id: "not_found", message: "no" })).toBeUndefined();
    expect(watch.look({ method: "GET", path: "/v2/none" }, 200, {})).toBeUndefined();
    await written();
    watch.close();
    expect(recordedDrifts(file, now)).toEqual([]);
    expect(lines).toEqual([]);
  });

  test("writes each drift down once, with when it was seen and how often", async () => {
    const answer = changed({ uuid: 17 });
    watch.look(get, 200, answer);
    await written();
    const [first, ...others] = recordedDrifts(file, now);
    expect(others).toEqual([]);
    expect(first).toMatchObject({
      operation: "GET /v2/account",
      field: "account.uuid",
      expected: "a string",
      found: "a number",
    });
    expect(first).toMatchObject({ firstSeen: new Date(now), lastSeen: new Date(now), count: 1 });
    const begun = now;
    for (let again = 0; again < 4; again++) {
      now += 1000;
      watch.look(get, 200, answer);
    }
    watch.close();
    expect(recordedDrifts(file, now)).toEqual([{ ...first, lastSeen: new Date(begun + 4000), count: 5 }]);
    expect(lines).toEqual([
      "the API has changed: in the answer to GET /v2/account, «account.uuid» should be a string and is a number",
    ]);
  });

  test("keeps what several processes saw as one", async () => {
    const other = new ContractWatch({ file, clock });
    watch.look(get, 200, changed({ email: undefined, status: {} }));
    other.look(get, 200, changed({ status: {} }));
    await written();
    watch.close();
    other.close();
    const seen = recordedDrifts(file, now).map(({ field, found, count }) => ({ field, found, count }));
    expect(seen).toContainEqual({ field: "account.status", found: "an object", count: 2 });
  });

  test("hands back a drift by which a client goes wrong, and no other", () => {
    const droplet = { method: "GET", path: "/v2/droplets/17" };
    const drift = watch.look(droplet, 200, { droplet: {} });
    expect(drift).toMatchObject({ operation: "GET /v2/droplets/{droplet_id}", field: "droplet.id", found: "missing" });
    watch.close();
    const all = recordedDrifts(file, now);
    expect(all.some(({ essential }) => essential)).toBe(true);
    expect(all.some(({ essential }) => !essential)).toBe(true);
  });

  test("never writes a value down", async () => {
    watch.look(get, 200, changed({ uuid: { secret: "canary-0123456789" }, status: ["canary-0123456789"] }));
    await written();
    expect(JSON.stringify(recordedDrifts(file, now))).not.toContain("canary");
    expect(lines.join()).not.toContain("canary");
  });

  test("forgets what was not seen for thirty days", async () => {
    watch.look(get, 200, changed({ uuid: 17 }));
    await written();
    now += 31 * 24 * 3_600_000;
    expect(recordedDrifts(file, now)).toEqual([]);
    watch.look(get, 200, changed({ status: 1 }));
    watch.close();
    expect(recordedDrifts(file, 0).map(({ field }) => field)).toEqual(["account.status"]);
  });

  test("takes no answer away when the file is locked, none at all, or its directory is gone", async () => {
    const other = new ContractWatch({ file, clock });
    other.look(get, 200, changed({ uuid: 17 }));
    other.close();
    const holder = new DatabaseSync(file);
    holder.exec("BEGIN IMMEDIATE");
    const begun = performance.now();
    expect(watch.look(get, 200, changed({ uuid: 17 }))).toMatchObject({ field: "account.uuid" });
    await written();
    expect(performance.now() - begun).toBeLessThan(4000);
    holder.exec("COMMIT");
    holder.close();
    watch.close();
    expect(recordedDrifts(file, now)).toMatchObject([{ count: 2 }]);

    for (const bad of [join(directory, "none", "guard.db"), join(directory, "text.db")]) {
      if (bad.endsWith("text.db"))
        writeFileSync(bad, "this is no database, and long enough to be told from an empty one ".repeat(20));
      const hindered = new ContractWatch({ file: bad, clock, log: (line) => lines.push(line) });
      expect(hindered.look(get, 200, changed({ uuid: 17 }))).toMatchObject({ field: "account.uuid" });
      hindered.look(get, 200, changed({ uuid: 17 }));
      await written();
      hindered.close();
      expect(lines.filter((line) => line.includes(bad))).toHaveLength(1);
    }
  });

  test("lets an answer pass that its own contract can't cope with", () => {
    const hostile = new Proxy(
      {},
      {
        getOwnPropertyDescriptor: () => {
          throw new Error("unreadable");
        },
      },
    );
    expect(watch.look(get, 200, hostile)).toBeUndefined();
    expect(lines).toHaveLength(1);
  });
});

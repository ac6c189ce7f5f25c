import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Journal, JournalUnavailable } from "../../../guard/intents/journal";
import { keyOf } from "../../../guard/intents/key";
import { small } from "../../sandbox/faults/faulty-api";
import { Operations } from "./operation";

const secret = "canary-of-a-password";

describe("the journal", () => {
  let directory: string;
  beforeEach(() => (directory = mkdtempSync(join(tmpdir(), "deploy4me-journal-"))));
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  test("has a create on the disk before it leaves, for whoever comes after", async () => {
    const operations = await Operations.open();
    try {
      await operations.next();
      const held = operations.once("POST /v2/droplets", { kind: "slow", delay: 1000 });
      const body = { ...small, name: "web", user_data: secret };
      const answer = operations.post("/v2/droplets", body);
      while (operations.api.faults.get(held)?.struck !== 1) await new Promise((resolve) => setTimeout(resolve, 5));
      const other = Journal.open({ file: operations.file, now: Date.now });
      expect(other.unfinished()).toMatchObject([
        {
          stack: "office",
          method: "POST",
          path: "/v2/droplets",
          state: "sent",
          marks: { name: "web", region: "fra1" },
        },
      ]);
      expect(JSON.stringify(other.unfinished())).not.toContain(secret);
      other.close();
      operations.api.faults.clear(held);
      await answer;
    } finally {
      await operations.close();
    }
  });

  test.each([["damaged", "no database"]])("that is %s stops everything, and says what to do", (_how, content) => {
    const file = join(directory, "guard.db");
    writeFileSync(file, content.repeat(1000));
    expect(() => Journal.open({ file, now: Date.now })).toThrow(JournalUnavailable);
    expect(() => Journal.open({ file, now: Date.now })).toThrow(/guard.db can't be opened.*look in the control panel/);
  });

  test("forgets after thirty days what has ended, and nothing that is open", () => {
    const file = join(directory, "guard.db");
    let now = 0;
    const intent = {
      account: "a",
      stack: "s",
      epoch: 1,
      method: "POST",
      path: "/v2/droplets",
      marks: {},
      identity: "web",
      before: [],
    };
    const open = (): Journal => Journal.open({ file, now: () => now });
    const journal = open();
    const ended = journal.write({ ...intent, key: "ended" });
    journal.sent(ended);
    journal.made(ended, "/v2/droplets/1");
    journal.answered(ended);
    journal.sent(journal.write({ ...intent, key: "open" }));
    journal.close();
    now = 31 * 86_400_000;
    const later = open();
    expect(later.allTold("s")).toEqual([]);
    expect(later.unfinished()).toMatchObject([{ key: "open" }]);
    later.close();
  });
});

describe("what two requests could both have made", () => {
  const directory = mkdtempSync(join(tmpdir(), "deploy4me-journal-"));
  let journal: Journal;
  let now = 0;
  beforeEach(() => {
    journal = Journal.open({ file: join(directory, `${++now}.db`), now: () => ++now });
  });
  afterEach(() => {
    journal.close();
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });
  const written = (stack: string): number => {
    const id = journal.write({
      ...{ account: "a", stack, epoch: 1, method: "POST", path: "/v2/reserved_ips", key: "k", marks: {} },
      ...{ identity: undefined, before: [] },
    });
    journal.sent(id);
    return id;
  };
  const ip = "/v2/reserved_ips/198.51.100.4";

  test("belongs to the one that was answered with it: nobody else finds it", () => {
    const [one, other] = [written("office"), written("shop")];
    expect(journal.made(one, ip)).toBe(true);
    expect(journal.adopted(other, "a", ip, 0)).toBe(false);
  });

  test("belongs to the one that found it first: the other, when it is answered with it, has to look for its own", () => {
    const [one, other] = [written("office"), written("shop")];
    expect(journal.adopted(other, "a", ip, 0)).toBe(true);
    expect(journal.made(one, ip)).toBe(false);
  });

  test("belongs to nobody once it is deleted", () => {
    const [one, other] = [written("office"), written("shop")];
    journal.adopted(other, "a", ip, 0);
    journal.answered(other);
    journal.gone("a", ip);
    expect(journal.made(one, ip)).toBe(true);
  });

  test("is another thing in another account", () => {
    const [one, other] = [written("office"), written("shop")];
    journal.made(one, ip);
    expect(journal.adopted(other, "b", ip, 0)).toBe(true);
  });
});

test("a request is the same whatever the order of its fields, and another one with any other value", () => {
  const key = (body: string, query = ""): string =>
    keyOf({ method: "POST", path: "/v2/droplets", query, body: Buffer.from(body) });
  const same = key('{"name":"web","tags":["a","b"],"size":{"a":1,"b":2}}');
  expect(key('{"size": {"b":2,"a":1}, "tags": ["a","b"], "name": "web"}')).toBe(same);
  for (const other of ['{"name":"web","tags":["b","a"],"size":{"a":1,"b":2}}', '{"name":"web"}', "no json", ""])
    expect(key(other)).not.toBe(same);
  expect(key('{"name":"web"}', "?a=1")).not.toBe(key('{"name":"web"}'));
});

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { JournalUnavailable } from "../../../guard/intents/errors";
import { Journal } from "../../../guard/intents/journal";
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
    expect(() => Journal.open({ file, now: Date.now })).toThrow(
      /guard.db can't be read or written.*look in the control panel/,
    );
  });

  test("that is damaged while commands run lets nothing leave, and the client is told", async () => {
    const operations = await Operations.open();
    try {
      await operations.next();
      const other = new DatabaseSync(operations.file);
      other.exec("DROP TABLE intent");
      other.close();
      const counting = operations.always("POST /v2/droplets", { kind: "slow", delay: 0.001 });
      const answer = await operations.post("/v2/droplets", { ...small, name: "web" });
      expect([answer.status, answer.json().id]).toEqual([424, "deploy4me_journal_unavailable"]);
      expect(answer.json().message).toContain("look in the control panel");
      expect(operations.api.faults.get(counting)).toMatchObject({ struck: 0 });
      expect(operations.state.droplets).toEqual([]);
    } finally {
      await operations.close();
    }
  });

  test("forgets after thirty days what has ended, after ninety what is open, and after one what was to happen to a machine", () => {
    const file = join(directory, "guard.db");
    let now = 0;
    const open = (): Journal => Journal.open({ file, now: () => now });
    const journal = open();
    const write = (method: string, path: string): number => {
      const intent = {
        account: "a",
        stack: "s",
        epoch: 1,
        method,
        path,
        key: path,
        marks: {},
        identity: "web",
        before: [],
      };
      const id = journal.write(intent);
      journal.sent(id);
      return id;
    };
    const ended = write("POST", "/v2/droplets");
    journal.made(ended, "/v2/droplets/1");
    journal.answered(ended);
    for (const path of ["/v2/vpcs", "/v2/droplets/1/actions"]) write("POST", path);
    write("DELETE", "/v2/vpcs/1");
    journal.close();
    const after = (days: number): [open: string[], told: number] => {
      now = days * 86_400_000 + 1;
      const later = open();
      const seen: [string[], number] = [later.unfinished().map(({ path }) => path), later.allTold("s").length];
      later.close();
      return seen;
    };
    expect(after(0.9)).toEqual([["/v2/vpcs", "/v2/droplets/1/actions", "/v2/vpcs/1"], 1]);
    expect(after(29)).toEqual([["/v2/vpcs"], 1]);
    expect(after(31)).toEqual([["/v2/vpcs"], 0]);
    expect(after(91)).toEqual([[], 0]);
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

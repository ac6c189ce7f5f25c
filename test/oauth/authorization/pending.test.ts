import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";

import { MemoryPendingAuthorizations } from "../../../oauth/authorization/memory-store";
import {
  challengeOf,
  newState,
  type PendingAuthorization,
  type PendingAuthorizations,
  pendingKey,
  verifierFor,
} from "../../../oauth/authorization/pending";
import { SqlitePendingAuthorizations } from "../../../oauth/authorization/sqlite-store";
import { failureOf, newSession } from "../owner";

const pending: PendingAuthorization = {
  clientId: "a client",
  issuer: "https://cloud.example",
  issuerRequired: false,
  redirectUri: "https://client.example/callback",
  scopes: ["read"],
};
const start = new Date("2026-01-01T12:00:00Z");
const later = (ms: number) => new Date(start.getTime() + ms);
const minutes = 60_000;

let directory: string;
const file = () => join(directory, "state", "pending.db");
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "deploy4me-pending-"));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const stores: readonly [string, () => PendingAuthorizations & { close?: () => void }][] = [
  ["in memory", () => new MemoryPendingAuthorizations()],
  ["in a file", () => new SqlitePendingAuthorizations(file())],
];

describe.each(stores)("a pending authorization %s", (_, open) => {
  let store: PendingAuthorizations & { close?: () => void };
  const [state, session] = [newState(), newSession()];
  const key = pendingKey(state, session);
  beforeEach(async () => {
    store = open();
    await store.add(key, pending, later(10 * minutes));
  });
  afterEach(() => {
    store.close?.();
  });

  test("is handed out once", async () => {
    expect(await store.take(key, start)).toEqual({ pending });
    expect(await store.take(key, start)).toEqual({ refused: "used" });
  });

  test("is not handed out for another session, and stays", async () => {
    expect(await store.take(pendingKey(state, newSession()), start)).toEqual({ refused: "other-session" });
    expect(await store.take(key, start)).toEqual({ pending });
  });

  test("is not handed out for another state", async () => {
    expect(await store.take(pendingKey(newState(), session), start)).toEqual({ refused: "unknown-state" });
  });

  test("is handed out until its end, and not at it", async () => {
    expect(await store.take(key, later(10 * minutes))).toEqual({ refused: "expired" });
    expect(await store.take(key, later(10 * minutes - 1))).toEqual({ pending });
  });
});

describe("the file of pending authorizations", () => {
  const [state, session] = [newState(), newSession()];
  const key = pendingKey(state, session);

  test("keeps them over a restart", async () => {
    const first = new SqlitePendingAuthorizations(file());
    await first.add(key, pending, later(10 * minutes));
    first.close();
    const second = new SqlitePendingAuthorizations(file());
    expect(await second.take(key, start)).toEqual({ pending });
    second.close();
  });

  test("holds neither state nor session nor verifier, and is its owner's alone", async () => {
    const store = new SqlitePendingAuthorizations(file());
    await store.add(key, pending, later(10 * minutes));
    const files = ["", "-wal"].map((end) => `${file()}${end}`).filter((one) => existsSync(one));
    const bytes = Buffer.concat(files.map((one) => readFileSync(one))).toString("latin1");
    expect(bytes).toContain(pending.redirectUri);
    for (const secret of [state, session, verifierFor(state, session)]) expect(bytes).not.toContain(secret);
    expect(files.map((one) => statSync(one).mode & 0o077)).toEqual(files.map(() => 0));
    store.close();
  });

  test("forgets those that ended more than a day ago", async () => {
    const store = new SqlitePendingAuthorizations(file());
    await store.add(key, pending, later(10 * minutes));
    await store.add(pendingKey(newState(), session), pending, later(25 * 60 * minutes));
    expect(await store.take(key, later(20 * minutes))).toEqual({ refused: "unknown-state" });
    store.close();
  });

  test("hands each out once to two processes that ask for it at the same time", async () => {
    const store = new SqlitePendingAuthorizations(file());
    const processes = await Promise.all([takingProcess(), takingProcess()]);
    for (let round = 0; round < 200; round += 1) {
      const state = newState();
      await store.add(pendingKey(state, session), pending, later(10 * minutes));
      const answers = await Promise.all(processes.map((one) => one.ask(`${state} ${session}`)));
      expect(answers.toSorted()).toEqual(["taken", "used"]);
    }
    await Promise.all(processes.map((one) => one.end()));
    store.close();
  });

  test("says where and what to do when another program has it to itself", async () => {
    const store = new SqlitePendingAuthorizations(file(), 1);
    const other = new DatabaseSync(file());
    other.exec("BEGIN EXCLUSIVE");
    const error = await failureOf(store.take(key, start));
    expect(error).toMatchObject({ code: "PENDING_STORE_UNAVAILABLE", file: file() });
    expect(error.message).toContain("database is locked");
    other.close();
    store.close();
  });

  test("says so when it is no such file", () => {
    const wrong = join(directory, "wrong.db");
    writeFileSync(wrong, "this is no database, and longer than the sixteen bytes of a header");
    expect(() => new SqlitePendingAuthorizations(wrong)).toThrow("file is not a database");
  });

  async function takingProcess() {
    const child = spawn(process.execPath, [join(__dirname, "take-each.js"), file(), start.toISOString()], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const next = async () => {
      const line = await lines.next();
      return line.done === true ? "it ended" : line.value;
    };
    expect(await next()).toBe("ready");
    return {
      ask(line: string) {
        child.stdin.write(`${line}\n`);
        return next();
      },
      async end() {
        child.stdin.end();
        await once(child, "close");
      },
    };
  }
});

describe("a PKCE verifier", () => {
  test("is the same for the same state and session, and for no others", () => {
    const [state, session] = [newState(), newSession()];
    const verifier = verifierFor(state, session);
    expect(verifier).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(verifierFor(state, session)).toBe(verifier);
    const others = [verifierFor(newState(), session), verifierFor(state, newSession()), verifierFor(session, state)];
    expect(new Set([verifier, ...others]).size).toBe(4);
  });

  test("has the challenge of RFC 7636, appendix B", () => {
    expect(challengeOf("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")).toBe(
      "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    );
  });
});

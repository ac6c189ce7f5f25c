import { runInNewContext } from "node:vm";

import { checkRequest } from "../../../driver/request/parse";
import { requestLimits } from "../../../driver/request/plain";
import { least } from "./requests";

const problemsOf = (input: unknown) => checkRequest(input).problems.map(({ at, expected }) => `${at} ${expected}`);

/** A list that goes so many levels deep. */
function deep(levels: number): unknown {
  return levels === 0 ? "end" : [deep(levels - 1)];
}

describe("what a request is made of", () => {
  test("may come from another realm, have no prototype, and say undefined for nothing", () => {
    const foreign = runInNewContext(`(${JSON.stringify(least)})`) as typeof least;
    expect(problemsOf(foreign)).toEqual([]);
    expect(problemsOf(Object.assign(Object.create(null) as object, least, { tls: undefined }))).toEqual([]);
  });

  test.each<[string, unknown, string]>([
    ["functions", { ...least, tls: () => 1 }, "tls has to be plain data, as JSON has it"],
    ["symbols", { ...least, [Symbol("x")]: 1 }, " has to be plain data, as JSON has it"],
    ["dates", { ...least, timeToLive: new Date() }, "timeToLive has to be plain data, as JSON has it"],
    ["maps", { ...least, tls: new Map() }, "tls has to be plain data, as JSON has it"],
    ["numbers that are none", { ...least, protect: Number.NaN }, "protect has to be plain data, as JSON has it"],
    ["integers of any size", { ...least, protect: 1n }, "protect has to be plain data, as JSON has it"],
    ["holes", { ...least, software: new Array(2) }, "software[0] has to be plain data, as JSON has it"],
    [
      "half characters",
      { ...least, domain: "a\ud800.example" },
      "domain has to be whole characters: there is half a one in it",
    ],
    [
      "what would become another's prototype",
      JSON.parse(`{"project":"office","__proto__":{"cloud":"digitalocean"}}`),
      "__proto__ is none of the keys here: leave it out",
    ],
    [
      "the same among parameters",
      { ...least, software: [{ ...least.software[0], parameters: JSON.parse(`{"__proto__":"x"}`) as unknown }] },
      "software[0].parameters.__proto__ is none of the keys here: leave it out",
    ],
    [
      "a long text",
      { ...least, project: "a".repeat(requestLimits.textLength + 1) },
      "project must not be longer than 8192 characters",
    ],
    ["many levels", { ...least, backups: { a: deep(20) } }, " must not go deeper than 8 levels"],
    ["many values", { ...least, backups: { a: new Array(20_001).fill(1) } }, " must not hold more than 20000 values"],
  ])("is not %s", (_, input, problem) => {
    expect(problemsOf(input)[0]).toBe(problem);
  });

  test("has no end in itself", () => {
    const ring: Record<string, unknown> = { ...least };
    ring.backups = ring;
    expect(problemsOf(ring)).toEqual([" must not go deeper than 8 levels"]);
  });

  test("is not the same value a million times", () => {
    let shared: unknown = ["x"];
    for (let level = 0; level < 4; level++) shared = new Array(15).fill(shared);
    expect(problemsOf({ ...least, backups: { shared } })).toEqual([" must not hold more than 20000 values"]);
  });

  test("is never computed: accessors are not called, and what throws is refused", () => {
    let calls = 0;
    const accessor = Object.defineProperty({ ...least }, "region", { enumerable: true, get: () => `fra${++calls}` });
    const proxy = new Proxy(least, {
      ownKeys: () => {
        throw new Error("open sesame");
      },
    });
    const { proxy: revoked, revoke } = Proxy.revocable({}, {});
    revoke();
    for (const input of [accessor, proxy, revoked])
      expect(problemsOf(input)).toEqual([" has to be plain data, as JSON has it"]);
    expect(calls).toBe(0);
  });

  test("is a limited number of entries, and told in a limited number of problems", () => {
    const software = Array.from({ length: 201 }, (_, n) => ({ name: `w${n}`, software: "dokuwiki" }));
    expect(problemsOf({ ...least, software, networkRange: "10.20.0.0/16" })).toEqual([
      "software must not have more than 200 entries: it has 201",
    ]);
    expect(problemsOf({ ...least, software: software.slice(1), networkRange: "10.20.0.0/16" })).toEqual([]);
    const admins = Array.from({ length: 201 }, (_, n) => `203.0.${n}.1/32`);
    expect(problemsOf({ ...least, access: { admins } })).toEqual([
      "access.admins must not have more than 200 entries: it has 201",
    ]);
    const keys = Object.fromEntries(Array.from({ length: 9000 }, (_, n) => [`key${n}`, 1]));
    expect(problemsOf({ ...least, ...keys })).toHaveLength(requestLimits.problems);
  });

  test("is nobody's prototype afterwards", () => {
    problemsOf(JSON.parse(`{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}`));
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

import type { z } from "zod";

import { BadFault, Faults } from "../../../sandbox/faults";
import { kinds } from "../../../sandbox/faults/kinds";
import { optionHints } from "../../../sandbox/faults/options";

const names =
  "challenge, blocked, edge-error, gateway-timeout, rate-limited, server-error, not-found, token-revoked, reset, ";

describe("a definition that is none is refused with what would be right", () => {
  test.each<[unknown, string]>([
    [undefined, `a fault has a kind: ${names}`],
    ["challenge", `a fault has a kind: ${names}`],
    [{ status: 403 }, `a fault has a kind: ${names}`],
    [{ kind: "chalenge" }, `no fault is called "chalenge": it has to be ${names}`],
    [{ kind: "challenge", status: 404 }, "challenge: status has to be 403, 503 or 200."],
    [{ kind: "challenge", status: "403" }, "challenge: status has to be 403, 503 or 200."],
    [
      { kind: "challenge", stauts: 403 },
      "challenge takes no stauts: it takes status, applied, route, token, skip, probability, seed, count.",
    ],
    [{ kind: "edge-error", status: 527 }, "edge-error: status has to be 520, 521, 522, 523, 524, 525 or 526."],
    [
      { kind: "reset", route: "get droplets" },
      'reset: route has to be a route such as "POST /v2/droplets", "GET /v2/droplets/*", "/v2/domains/**" or "*".',
    ],
    [{ kind: "reset", count: 0 }, 'reset: count has to be a whole number from 1 on, or "unlimited".'],
    [{ kind: "reset", count: "many" }, 'reset: count has to be a whole number from 1 on, or "unlimited".'],
    [{ kind: "reset", skip: -1 }, "reset: skip has to be a whole number from 0 to 1000000000."],
    [{ kind: "reset", skip: 1.5 }, "reset: skip has to be a whole number from 0 to 1000000000."],
    [{ kind: "reset", probability: 1.1 }, "reset: probability has to be a number between 0 and 1, such as 0.5."],
    [{ kind: "reset", probability: 0 }, "reset: probability has to be a number between 0 and 1, such as 0.5."],
    [{ kind: "reset", seed: 7 }, "reset: a seed is of use only with a probability."],
    [{ kind: "reset", applied: "yes" }, "reset: applied has to be true or false."],
    [{ kind: "reset", token: "" }, "reset: token has to be a token."],
    [{ kind: "slow", delay: 0 }, "slow: delay has to be seconds, more than 0 and at most 2073600."],
    [{ kind: "truncated", how: "json", keep: 1 }, "truncated: keep has to be a number between 0 and 1, such as 0.5."],
    [{ kind: "truncated", how: "half" }, "truncated: how has to be length, chunked or json."],
    [{ kind: "wrong-type", type: "html" }, "wrong-type: type has to be a content type such as text/plain."],
    [
      { kind: "field-dropped" },
      "field-dropped needs a path, which has to be a JSONPath such as $.droplet.networks.v4, $.droplets[*].id or $..size_slug.",
    ],
    [
      { kind: "field-dropped", path: "$" },
      "field-dropped: path has to be a JSONPath such as $.droplet.networks.v4, $.droplets[*].id or $..size_slug.",
    ],
    [
      { kind: "field-renamed", path: "droplet.id", to: "uuid" },
      "field-renamed: path has to be a JSONPath such as $.droplet.networks.v4, $.droplets[*].id or $..size_slug.",
    ],
    [
      { kind: "field-renamed", path: "$.droplet.id", to: "a b" },
      "field-renamed: to has to be a field's name: letters, digits and _.",
    ],
    [
      { kind: "type-changed", path: "$.droplet.id", to: "text" },
      "type-changed: to has to be string, number, boolean, array, object or null.",
    ],
    [
      { kind: "never-boots", droplet: "" },
      "never-boots: droplet has to be a droplet's name, in which * stands for any characters.",
    ],
    [
      { kind: "never-boots", route: "*" },
      "never-boots takes no route: it takes droplet, skip, probability, seed, count.",
    ],
  ])("%j", (definition, sentence) => {
    const faults = new Faults();
    const refusal = caught(() => faults.add(definition));
    expect(refusal).toBeInstanceOf(BadFault);
    expect((refusal as BadFault).message.slice(0, sentence.length)).toBe(sentence);
    expect(faults.isEmpty).toBe(true);
  });

  test("an action that there is none of is refused with those that there are", () => {
    const refusal = caught(() => new Faults().add({ kind: "action-errored", action: "explode" })) as BadFault;
    expect(refusal.message).toMatch(/^action-errored: action has to be .*\bpower_off\b.* or /);
  });
});

test("a fault is listed with all its options, defaults included, and a token only by its hash", () => {
  const faults = new Faults();
  const listed = faults.add({ kind: "challenge", route: "GET /v2/droplets/*", token: "dop_v1_secret" });
  expect(listed).toEqual({
    id: "challenge-1",
    kind: "challenge",
    status: 403,
    applied: false,
    route: "GET /v2/droplets/*",
    token: expect.stringMatching(/^sha256:[0-9a-f]{16}…$/) as string,
    skip: 0,
    count: "unlimited",
    matched: 0,
    struck: 0,
    spent: false,
  });
  expect(faults.list()).toEqual([listed]);
});

test("faults of the cloud and of machines strike once unless asked for more", () => {
  const faults = new Faults();
  for (const kind of ["action-errored", "action-stuck", "droplet-lost", "never-boots", "wrong-host-key", "disk-full"])
    expect(faults.add({ kind })).toMatchObject({ count: 1 });
  expect(faults.add({ kind: "disk-full", count: "unlimited" })).toMatchObject({ count: "unlimited" });
});

test("every option says on a command line what it is", () => {
  for (const { name, options } of kinds)
    for (const [option, schema] of Object.entries(options))
      expect([name, option, optionHints.get(schema as z.ZodType)?.about]).toEqual([
        name,
        option,
        expect.stringMatching(/\w/),
      ]);
});

function caught(act: () => unknown): unknown {
  try {
    return act();
  } catch (error) {
    return error;
  }
}

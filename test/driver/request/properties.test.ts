import fc from "fast-check";
import { stringify } from "yaml";

import { loadCatalogue } from "../../../catalogue/loader";
import { limits as onAws } from "../../../components/aws/sizes";
import { validateOnAws } from "../../../components/aws/validation";
import { limits as onDigitalOcean } from "../../../components/digitalocean/sizes";
import { validateDeployment } from "../../../components/validation";
import { BusinessDeployment, type DigitalOceanDeploymentArgs } from "../../../components/digitalocean/deployment";
import { billablesOf, estimateOf, UnknownPrice } from "../../../driver/estimate";
import { toDeployment } from "../../../driver/request/deployment";
import { describe as described } from "../../../driver/request/describe";
import { InvalidRequest, UnreadableRequest } from "../../../driver/request/errors";
import { parseRequestText } from "../../../driver/request/file";
import { parseRequest } from "../../../driver/request/parse";
import type { ProjectRequest } from "../../../driver/request/schema";
import { playCloud } from "../../components/digitalocean/mocks";
import { settled } from "../../components/recorded";
import { draws } from "../../effort";
import { validator } from "./ajv";
import { anything, mutated, nearlyRight, sentinel } from "./arbitrary";
import { full, least } from "./requests";

const catalogue = loadCatalogue();
const asOf = new Date("2026-06-01T00:00:00Z");
const isValid = validator(catalogue);

/** What becomes of a request: accepted, or refused with the driver's own error, which says something of each problem. */
function outcome(input: unknown): ProjectRequest | undefined {
  try {
    return parseRequest(input, { catalogue, asOf });
  } catch (error) {
    if (!(error instanceof InvalidRequest)) throw error;
    expect(error.problems.length).toBeGreaterThan(0);
    for (const { expected } of error.problems) expect(expected).toMatch(/^(has to|must|is|can't) ?/);
    return undefined;
  }
}

const natural = JSON.stringify(Object.getOwnPropertyNames(Object.prototype).sort());

/** What it costs; nobody knows of a type of machine that is not on the list. */
function priced(request: ProjectRequest): number {
  try {
    return estimateOf(billablesOf(request, catalogue)).monthly;
  } catch (error) {
    if (error instanceof UnknownPrice && error.size === "m7i.large") return 1;
    throw error;
  }
}

describe("whatever somebody makes up for a request", () => {
  const accepted = { digitalocean: 0, aws: 0 };
  let refused = 0;

  test("is refused in words, or is a deployment by the deployment's own measure", () => {
    fc.assert(
      fc.property(anything, (input) => {
        const request = outcome(input);
        if (request === undefined) {
          refused++;
          return;
        }
        accepted[request.cloud]++;
        const deployment = toDeployment(request, { catalogue });
        const limits = request.cloud === "aws" ? onAws : onDigitalOcean;
        expect(() => validateDeployment(deployment, limits)).not.toThrow();
        if (deployment.cloud === "aws") validateOnAws(deployment);
        expect(priced(request)).toBeGreaterThan(0);
      }),
      { numRuns: draws(1500), examples: [[least], [full]] },
    );
    // A property that never holds for anything is none.
    expect([accepted.digitalocean > 20, accepted.aws > 20, refused > 50]).toEqual([true, true, true]);
  });

  test("changes no other object", () => {
    fc.assert(
      fc.property(mutated, (input) => {
        outcome(input);
        expect(JSON.stringify(Object.getOwnPropertyNames(Object.prototype).sort())).toBe(natural);
      }),
      { numRuns: draws(300) },
    );
  });

  test("is, once accepted, what it stays, and what its JSON Schema takes", () => {
    fc.assert(
      fc.property(nearlyRight, (input) => {
        const request = outcome(input);
        if (request === undefined) return;
        expect([isValid(input), isValid.errors]).toEqual([true, null]);
        expect(isValid(request)).toBe(true);
        expect(parseRequest(JSON.parse(JSON.stringify(request)), { catalogue, asOf })).toEqual(request);
      }),
      { numRuns: draws(600), examples: [[least], [full]] },
    );
  });

  test("shows no secret, wherever in the parameters it stands", () => {
    const secret = fc.stringMatching(/^[a-z0-9]{12}$/).map((text) => sentinel + text);
    const place = fc.oneof(
      secret.map((text) => ({ adminPassword: text })),
      fc
        .tuple(fc.constantFrom("adminPasswort", "password", "constructor", "url", "adminUser2"), secret)
        .map(([key, text]) => ({ [key]: text })),
      secret.map((text) => ({ adminPassword: [text] })),
      secret.map((text) => ({ adminPassword: `${text}\n` })),
      secret.map((text) => [text]),
      secret,
    );
    fc.assert(
      fc.property(mutated, place, (input, parameters) => {
        const broken = typeof input === "object" && input !== null ? input : {};
        const software = [{ ...least.software[0], parameters }];
        for (const request of [
          { ...least, software },
          { ...broken, software },
        ]) {
          try {
            const view = described(parseRequest(request, { catalogue, asOf }), { catalogue });
            expect(JSON.stringify(view)).not.toContain(sentinel);
          } catch (error) {
            if (!(error instanceof InvalidRequest)) throw error;
            expect(`${error.message}${JSON.stringify(error)}`).not.toContain(sentinel);
          }
        }
      }),
      { numRuns: draws(300) },
    );
  });

  test("is made by the component, when a cloud has what was asked for", async () => {
    // The played cloud has hardly any sizes, so none is asked for. On AWS it takes too long: the first test is its own measure.
    const requests = nearlyRight.map((request): unknown => {
      const copy = structuredClone(request) as Record<string, unknown> & { readonly software: { size?: string }[] };
      for (const sized of copy.software) delete sized.size;
      for (const key of ["bastionSize", "owner", "flowLogs"]) Reflect.deleteProperty(copy, key);
      return { ...copy, cloud: "digitalocean", region: "frankfurt" };
    });
    await fc.assert(
      fc.asyncProperty(requests, async (input) => {
        const request = outcome(input);
        // What is refused counts for nothing: fast-check draws another in its place.
        fc.pre(request !== undefined);
        const registered = playCloud();
        const { name, ...args } = toDeployment(request, { catalogue });
        new BusinessDeployment(name, args as DigitalOceanDeploymentArgs);
        await settled();
        expect(registered.filter(({ type }) => type.endsWith(":Droplet"))).toHaveLength(args.software.length + 1);
      }),
      { numRuns: draws(20), examples: [[least]] },
    );
  });
});

describe("whatever somebody writes into a request's file", () => {
  const texts = fc.oneof(
    { weight: 2, arbitrary: nearlyRight.map((request) => stringify(request)) },
    { weight: 2, arbitrary: nearlyRight.map((request) => JSON.stringify(request, null, "\t")) },
    {
      weight: 2,
      arbitrary: fc.tuple(fc.nat(), fc.nat({ max: 8 }), fc.string({ maxLength: 4, unit: "binary" })).map(spliced),
    },
    { weight: 1, arbitrary: fc.string({ maxLength: 60, unit: "binary" }) },
    {
      weight: 1,
      arbitrary: fc
        .array(
          fc.constantFrom(
            "a",
            ": ",
            "- ",
            "? ",
            "\n",
            "  ",
            "[",
            "{",
            "]",
            "}",
            "&a ",
            "*a ",
            "!t ",
            '"',
            "'",
            "|\n",
            "#",
            "---\n",
            "%",
          ),
          { maxLength: 60 },
        )
        .map((parts) => parts.join("")),
    },
  );

  test("is refused by its place, or read", async () => {
    let read = 0;
    await fc.assert(
      fc.asyncProperty(texts, fc.constantFrom("office.yaml", "office.json"), async (text, file) => {
        try {
          await parseRequestText(text, file, { catalogue, asOf });
          read++;
        } catch (error) {
          if (error instanceof UnreadableRequest) return;
          if (!(error instanceof InvalidRequest)) throw error;
          // Its text was read; what it says is refused.
          read++;
          for (const { line = 0, column = 0 } of error.problems) {
            expect([line > 0, column > 0]).toEqual([true, true]);
            expect(line).toBeLessThanOrEqual(text.split(/\r\n|[\n\r]/).length);
          }
        }
      }),
      { numRuns: draws(60) },
    );
    expect(read).toBeGreaterThan(5);
  });

  test("as JSON is the same as the data itself", async () => {
    await fc.assert(
      fc.asyncProperty(nearlyRight, async (input) => {
        const request = outcome(input);
        const written = parseRequestText(JSON.stringify(input, null, "\t"), "office.json", { catalogue, asOf });
        if (request === undefined) await expect(written).rejects.toThrow(InvalidRequest);
        else await expect(written).resolves.toEqual(request);
      }),
      { numRuns: draws(20) },
    );
  });

  function spliced([at, length, text]: readonly [number, number, string]): string {
    const right = stringify(full);
    const start = at % right.length;
    return right.slice(0, start) + text + right.slice(start + length);
  }
});

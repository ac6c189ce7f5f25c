import fc from "fast-check";

import { full, least } from "./requests";

/** What stands for a secret in generated requests, so that it can be looked for in everything that comes out. */
export const sentinel = "open-sesame-";

/** Names that something may be made of by mistake. */
const evil = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "valueOf",
  "length",
  "",
  "0",
  "\u0000",
  "a.b",
  "ключ",
];

const anyKey = fc.oneof(
  fc.constantFrom(...evil, "name", "software", "size", "parameters", "project", "url", "adminPassword", "issuer"),
  fc.string({ maxLength: 12 }),
);

const anyValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  {
    weight: 1,
    arbitrary: fc.anything({
      maxDepth: 2,
      withBigInt: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withSparseArray: true,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(null, "", " ", 0, -1, 1e308, true, [], {}, "a".repeat(300), "\u202e", "\ud800", "💥"),
  },
  { weight: 1, arbitrary: fc.dictionary(anyKey, fc.string({ maxLength: 8 }), { maxKeys: 3 }) },
);

/** What is right, and now and then something that may not be. */
function mostly<T>(right: fc.Arbitrary<T>, other: fc.Arbitrary<T>): fc.Arbitrary<T> {
  return fc.oneof({ weight: 14, arbitrary: right }, { weight: 1, arbitrary: other });
}

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?$/);
const oddLabel = fc.constantFrom("bastion", "a".repeat(63), "a".repeat(64), "-a", "a-", "A", "ä", "a\n");
const ranges = fc.oneof(
  fc.ipV4().map((address) => `${address}/32`),
  fc.ipV6(),
  fc.tuple(fc.ipV4(), fc.nat({ max: 33 })).map(([address, prefix]) => `${address}/${prefix}`),
  fc.constantFrom(
    "0.0.0.0/0",
    "::/0",
    "128.0.0.0/1",
    "10.20.0.5",
    "203.0.113.0/24",
    "203.0.113.7/32",
    "1.2.3",
    "١.٢.٣.٤",
    "",
  ),
);
const sizesOn = (cloud: string) =>
  mostly(
    fc.constantFrom("small", "medium", ...(cloud === "aws" ? ["t3.small", "m7i.large"] : ["s-1vcpu-1gb", "c-2"])),
    fc.constantFrom("t4g.small", "t3.huge", "s-1vcpu-512mb-10gb", "S-1VCPU-1GB", "s-1vpcu-1gb", "16gb", ""),
  );
const rightParameters = fc.record(
  {
    title: fc.stringMatching(/^[^{}\p{Cc}]{1,20}$/u),
    adminUser: fc.constantFrom("admin", "root"),
    adminPassword: fc.stringMatching(/^\P{Cc}{0,20}$/u),
    adminEmail: fc.constant("admin@example.com"),
  },
  { requiredKeys: [] },
);
const oddParameters = fc.dictionary(
  fc.oneof(fc.constantFrom("title", "adminUser", "adminPassword", "adminEmail", "language"), anyKey),
  fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom("{{url}}", "$(id)", "a\nb", "x".repeat(1025))),
  { maxKeys: 4 },
);
const serverOn = (cloud: string) =>
  fc.record(
    {
      name: mostly(label, oddLabel),
      software: mostly(fc.constantFrom("dokuwiki", "wordpress"), fc.constantFrom("DokuWiki", "excel", "")),
      size: sizesOn(cloud),
      subdomain: mostly(label, oddLabel),
      parameters: mostly<object>(rightParameters, oddParameters),
    },
    { requiredKeys: ["name", "software"] },
  );
const access = fc.record(
  {
    admins: mostly(
      fc.constantFrom<string[]>(["203.0.113.7/32"], ["2001:db8::/48"]),
      fc.array(ranges, { maxLength: 4 }),
    ),
    anywhere: fc.boolean(),
    keys: mostly(
      fc.constantFrom<string[]>([], ["ssh-ed25519 AAAA"]),
      fc.constant<string[]>(["ssh-rsa AAAA a b", "-----BEGIN"]),
    ),
  },
  { requiredKeys: ["admins"] },
);
const times = mostly(
  fc.constantFrom("P30D", "PT1H", "P1Y2M3DT4H5M6.7S", "P100Y", "2099-01-01T00:00:00Z", "2099-01-01T00:00:00.123+23:59"),
  fc.oneof(
    fc.constantFrom("PT0S", "P999999999999Y", "2001-01-01T00:00:00Z", "9999-12-31T23:59:59.999+23:59", "P", ""),
    fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  ),
);
const authorities = fc.constantFrom<unknown>(
  { issuer: "private-ca" },
  { issuer: "acme" },
  { issuer: "acme", email: "a@b.example" },
);

/** Like a request, and often one. */
export const nearlyRight: fc.Arbitrary<unknown> = fc.constantFrom("digitalocean", "aws").chain((cloud) =>
  fc.record(
    {
      project: mostly(fc.constantFrom("office", "a", "a".repeat(40)), oddLabel),
      cloud: mostly(fc.constant(cloud), fc.constant("azure")),
      region: mostly(
        fc.constantFrom("frankfurt", "us-east", cloud === "aws" ? "eu-west-2" : "fra1"),
        fc.constantFrom("fra2", "sfo1", "Frankfurt", "fra1", "eu-west-9", ""),
      ),
      domain: mostly(fc.domain(), fc.constantFrom("example", "Example.com", `${"a.".repeat(126)}b`, "-.com")),
      access,
      software: mostly(
        fc.array(serverOn(cloud), { minLength: 1, maxLength: 3 }),
        fc.array(serverOn(cloud), { maxLength: 14 }),
      ),
      tls: mostly(authorities, fc.constantFrom<unknown>({ issuer: "acme", email: "a b" }, {})),
      networkRange: mostly(fc.constantFrom("10.20.0.0/24", "172.16.0.0/26", "192.168.7.0/24"), ranges),
      bastionSize: sizesOn(cloud),
      ...(cloud === "aws"
        ? {
            owner: mostly(fc.constantFrom("accounting", "Finance / Köln"), fc.constantFrom("", " x", "who?", "€")),
            flowLogs: fc.boolean(),
          }
        : {}),
      timeToLive: times,
      protect: fc.boolean(),
    },
    { requiredKeys: ["project", "cloud", "region", "domain", "access", "software"] },
  ),
);

/** A right request in which something was replaced, left out or added, anywhere. */
export const mutated: fc.Arbitrary<unknown> = fc
  .tuple(
    fc.constantFrom(least, full),
    fc.array(
      fc.record({
        steps: fc.array(fc.nat(), { minLength: 1, maxLength: 5 }),
        key: anyKey,
        value: anyValue,
        how: fc.constantFrom("set", "delete", "add"),
      }),
      {
        minLength: 1,
        maxLength: 4,
      },
    ),
  )
  .map(([request, changes]) => {
    const copy = structuredClone<unknown>(request);
    for (const { steps, key, value, how } of changes) change(copy, steps, key, value, how);
    return copy;
  });

function change(root: unknown, steps: readonly number[], key: string, value: unknown, how: string): void {
  let at = root;
  for (const [index, step] of steps.entries()) {
    if (typeof at !== "object" || at === null) return;
    const keys = Object.keys(at);
    const name = keys[step % Math.max(keys.length, 1)];
    const inner = name === undefined ? undefined : (at as Record<string, unknown>)[name];
    if (index < steps.length - 1 && typeof inner === "object" && inner !== null) {
      at = inner;
      continue;
    }
    if (how === "delete" && name !== undefined) Reflect.deleteProperty(at, name);
    else {
      const target = how === "set" && name !== undefined ? name : key;
      // Not everything can be a list's length.
      if (!Array.isArray(at) || target !== "length") Object.defineProperty(at, target, plain(value));
    }
    return;
  }
}

function plain(value: unknown): PropertyDescriptor {
  return { value, enumerable: true, configurable: true, writable: true };
}

export const anything: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: nearlyRight },
  { weight: 4, arbitrary: mutated },
  { weight: 1, arbitrary: anyValue },
);

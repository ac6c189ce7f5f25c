import { readFileSync } from "node:fs";
import { join } from "node:path";

import { parse } from "yaml";

import { loadCatalogue } from "../../catalogue/loader";
import { InvalidArgument } from "../../components/errors";
import { validateDeployment } from "../../components/validation";
import { configurationKeys, requestFrom } from "../../programs/configuration";

const right = {
  domain: "example.com",
  region: "fra1",
  adminAccess: ["203.0.113.7/32"],
  software: [{ name: "wiki", software: "dokuwiki" }],
};
const from = (config: Record<string, unknown>, environment = {}) => requestFrom((key) => config[key], environment);

/** A stack of ours, with the project's name taken off its keys. */
function stack(name: string): Record<string, unknown> {
  const root = join(require.resolve("deploy4me/package.json"), "..");
  const { config } = parse(readFileSync(join(root, "stacks", `${name}.yaml`), "utf8")) as {
    config: Record<string, unknown>;
  };
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key.replace("deploy4me:", ""), value]));
}

describe("the configuration", () => {
  test("becomes a request, with nothing in it that was not said", () => {
    expect(from(right)).toEqual({ name: "office", ...right });
  });

  test("takes the administrators' addresses from the environment when it names none", () => {
    const open = { ...right, adminAccess: undefined };
    expect(from(open, { DEPLOY4ME_ADMIN_ACCESS: "203.0.113.2/32, 2001:db8::2/128" }).adminAccess).toEqual([
      "203.0.113.2/32",
      "2001:db8::2/128",
    ]);
    expect(from(right, { DEPLOY4ME_ADMIN_ACCESS: "198.51.100.1/32" }).adminAccess).toEqual(right.adminAccess);
    expect(from(open).adminAccess).toEqual([]);
  });

  test.each<[string, Record<string, unknown>, string, string]>([
    [
      "a missing key",
      { domain: undefined },
      "domain",
      "domain has to be given: The domain in which each piece of software gets its name.",
    ],
    ["a list that is none", { software: "dokuwiki" }, "software", "software has to be a list (it is dokuwiki)."],
    [
      "an unknown key inside",
      { software: [{ name: "a", software: "b", colour: 1 }] },
      "software[0].colour",
      "software[0].colour is none of the keys here: name, software, size, subdomain, parameters (it is colour).",
    ],
    [
      "an unknown key that is like another",
      { software: [{ name: "a", software: "b", paramters: { adminPassword: "open sesame" } }] },
      "software[0].paramters",
      "software[0].paramters is none of the keys here: name, software, size, subdomain, parameters: did you mean parameters? (it is paramters).",
    ],
    [
      "an unknown key of an alternative",
      { tls: { issuer: "private-ca", email: "a@example.com" } },
      "tls.email",
      "tls.email is none of the keys here: issuer (it is email).",
    ],
    [
      "a number for text",
      { software: [{ name: 7, software: "b" }] },
      "software[0].name",
      "software[0].name has to be text, in quotes (it is 7).",
    ],
    [
      "a secret of the wrong type",
      { software: [{ name: "a", software: "b", parameters: { adminPassword: 1234567 } }] },
      "software[0].parameters.adminPassword",
      "software[0].parameters.adminPassword has to be text, in quotes (it is something else).",
    ],
    [
      "an unknown issuer",
      { tls: { issuer: "me" } },
      "tls.issuer",
      "tls.issuer has to be one of acme, private-ca (it is me).",
    ],
  ])("with %s is refused by the key's name", (_, change, argument, message) => {
    expect(() => from({ ...right, ...change })).toThrow(message);
    try {
      from({ ...right, ...change });
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidArgument);
      expect(error).toMatchObject({ argument });
    }
  });

  test.each(["sandbox", "Pulumi.digitalocean-small", "Pulumi.aws-small"])("of the stack %s is right", (name) => {
    const request = from(stack(name), { DEPLOY4ME_ADMIN_ACCESS: "203.0.113.2/32" });
    expect(
      validateDeployment({ ...request, catalogue: loadCatalogue() }, { reservedRanges: [] }).software,
    ).toHaveLength(1);
  });

  test("is shown in the example stack key by key", () => {
    const shown = configurationKeys.filter((key) => key !== "allowAdminAccessFromAnywhere");
    const keysOf = (name: string, others: readonly string[]) =>
      [...Object.keys(stack(name)).filter((key) => !key.includes(":")), ...others].sort();
    expect(keysOf("Pulumi.digitalocean-small", ["cloud", "owner", "flowLogs"])).toEqual([...shown].sort());
    expect(keysOf("Pulumi.aws-small", ["expected"])).toEqual([...shown].sort());
  });

  test("decides on the cloud by one line, and refuses what the other cloud alone has", () => {
    expect(from({ ...right, cloud: "aws", owner: "accounting" })).toMatchObject({ cloud: "aws", owner: "accounting" });
    expect(() => from({ ...right, owner: "accounting" })).toThrow(
      /^owner is for aws alone: leave it out on digitalocean/,
    );
    expect(() => from({ ...right, cloud: "aws", expected: {} })).toThrow(/^expected is for digitalocean alone/);
    expect(() => from({ ...right, cloud: "azure" })).toThrow(/^cloud /);
  });

  test("takes the administrators' addresses towards AWS where they are others", () => {
    const open = { ...right, adminAccess: undefined };
    const environment = { DEPLOY4ME_ADMIN_ACCESS: "203.0.113.2/32", DEPLOY4ME_AWS_ADMIN_ACCESS: "203.0.113.34/32" };
    expect(from({ ...open, cloud: "aws" }, environment).adminAccess).toEqual(["203.0.113.34/32"]);
    expect(from(open, environment).adminAccess).toEqual(["203.0.113.2/32"]);
  });

  test("of the example stacks holds no secret", () => {
    for (const name of ["sandbox", "Pulumi.digitalocean-small", "Pulumi.aws-small"])
      expect(JSON.stringify(stack(name))).not.toMatch(/token|secure|password/i);
  });
});

import { checkDeployment } from "../../components/checks";
import type { BusinessDeploymentArgs } from "../../components/deployment";
import { InvalidArgument } from "../../components/errors";
import { requireParameter, validateDeployment } from "../../components/validation";

const right: BusinessDeploymentArgs = {
  domain: "example.com",
  region: "fra1",
  adminAccess: ["203.0.113.7/32"],
  software: [{ name: "wiki", software: "dokuwiki" }],
};
const limits = { reservedRanges: ["10.244.0.0/16"] };
const wiki = { name: "wiki", software: "dokuwiki" };

describe("a request", () => {
  test("that is right gets its defaults", () => {
    expect(validateDeployment(right, limits)).toMatchObject({
      domain: "example.com",
      networkRange: { text: "10.20.0.0/24" },
      adminAccess: [{ text: "203.0.113.7/32" }],
      software: [{ name: "wiki", hostname: "wiki.example.com", url: "https://wiki.example.com", size: undefined }],
    });
  });

  test("may let the whole internet knock when it says so", () => {
    const open = { ...right, adminAccess: ["0.0.0.0/0", "::/0"], allowAdminAccessFromAnywhere: true };
    expect(validateDeployment(open, limits).adminAccess).toHaveLength(2);
  });

  test.each<[string, Partial<BusinessDeploymentArgs>, string, string]>([
    [
      "unknown software",
      { software: [{ name: "crm", software: "salesforce" }] },
      "software[0].software",
      "software[0].software has to be one of dokuwiki, wordpress (it is salesforce).",
    ],
    [
      "software that is misspelt",
      { software: [{ name: "wiki", software: "dokuwik" }] },
      "software[0].software",
      "software[0].software has to be one of dokuwiki, wordpress: did you mean dokuwiki? (it is dokuwik).",
    ],
    [
      "no software",
      { software: [] },
      "software",
      "software has to name at least one of dokuwiki, wordpress (it is an empty list).",
    ],
    [
      "two of one name",
      { software: [wiki, { ...wiki, subdomain: "other" }] },
      "software[1].name",
      "software[1].name has to differ from bastion and the other names (it is wiki).",
    ],
    [
      "a name that is the bastion's",
      { software: [{ ...wiki, name: "bastion" }] },
      "software[0].name",
      "software[0].name has to differ from bastion and the other names (it is bastion).",
    ],
    [
      "two of one subdomain",
      { software: [wiki, { name: "second", software: "dokuwiki", subdomain: "wiki" }] },
      "software[1].subdomain",
      "software[1].subdomain has to differ from the other subdomains (it is wiki).",
    ],
    [
      "a name that DNS can't carry",
      { software: [{ ...wiki, name: "Our wiki" }] },
      "software[0].name",
      "software[0].name has to be a DNS label: up to 63 lower-case letters, digits and hyphens, not beginning or ending with a hyphen (it is Our wiki).",
    ],
    [
      "a subdomain that DNS can't carry",
      { software: [{ ...wiki, subdomain: "-x" }] },
      "software[0].subdomain",
      "software[0].subdomain has to be a DNS label: up to 63 lower-case letters, digits and hyphens, not beginning or ending with a hyphen (it is -x).",
    ],
    [
      "a parameter that is none",
      { software: [{ ...wiki, parameters: { colour: "red" } }] },
      "software[0].parameters.colour",
      "software[0].parameters.colour is none of DokuWiki's: title, adminUser, adminPassword, adminEmail, language (it is colour).",
    ],
    [
      "a parameter that every object has",
      { software: [{ ...wiki, parameters: { constructor: "x" } }] },
      "software[0].parameters.constructor",
      "software[0].parameters.constructor is none of DokuWiki's: title, adminUser, adminPassword, adminEmail, language (it is constructor).",
    ],
    [
      "a parameter that is the deployment's",
      { software: [{ ...wiki, parameters: { url: "x" } }] },
      "software[0].parameters.url",
      "software[0].parameters.url is set by the deployment itself: leave it out (it is url).",
    ],
    [
      "a parameter's bad value",
      { software: [{ ...wiki, parameters: { adminUser: "0" } }] },
      "software[0].parameters.adminUser",
      "software[0].parameters.adminUser has to be up to 32 lower-case letters, digits, - and _, beginning with a letter (it is 0).",
    ],
    [
      "a parameter of two lines",
      { software: [{ ...wiki, parameters: { title: "a\nb" } }] },
      "software[0].parameters.title",
      'software[0].parameters.title has to be one line of text (it is "a\\nb").',
    ],
    [
      "a domain that is none",
      { domain: "Example" },
      "domain",
      "domain has to be a domain name in lower case, such as example.com (it is Example).",
    ],
    [
      "a region that can be none",
      { region: "" },
      "region",
      "region has to be the cloud's name of a region, such as fra1 (it is empty).",
    ],
    [
      "admin access from nowhere",
      { adminAccess: [] },
      "adminAccess",
      "adminAccess has to name the address ranges of your administrators, such as 203.0.113.7/32 (it is an empty list).",
    ],
    [
      "admin access from no range",
      { adminAccess: ["203.0.113.7/24"] },
      "adminAccess[0]",
      "adminAccess[0] has to be a range in CIDR notation: the address ranges of your administrators, such as 203.0.113.7/32 (it is 203.0.113.7/24).",
    ],
    [
      "admin access from anywhere",
      { adminAccess: ["0.0.0.0/0"] },
      "adminAccess[0]",
      "adminAccess[0] must not be the whole internet unless allowAdminAccessFromAnywhere is set: name the address ranges of your administrators, such as 203.0.113.7/32 (it is 0.0.0.0/0).",
    ],
    [
      "admin access from anywhere in two halves",
      { adminAccess: ["0.0.0.0/1", "128.0.0.0/1"] },
      "adminAccess[0]",
      "adminAccess[0] must not be the whole internet unless allowAdminAccessFromAnywhere is set: name the address ranges of your administrators, such as 203.0.113.7/32 (it is 0.0.0.0/1).",
    ],
    [
      "admin access from the inside",
      { adminAccess: ["10.0.0.0/8"] },
      "adminAccess[0]",
      "adminAccess[0] must not overlap networkRange 10.20.0.0/24: name the address ranges of your administrators, such as 203.0.113.7/32 (it is 10.0.0.0/8).",
    ],
    [
      "admin access twice",
      { adminAccess: ["203.0.113.7/32", "203.0.113.7"] },
      "adminAccess[1]",
      "adminAccess[1] must not name a range twice (it is 203.0.113.7/32).",
    ],
    [
      "an e-mail address with more in it",
      { tls: { issuer: "acme", email: "a@example.com\n\tdebug" } },
      "tls.email",
      'tls.email has to be an e-mail address, such as admin@example.com (it is "a@example.com\\n\\tdebug").',
    ],
    [
      "a network that is none",
      { networkRange: "10.20.0.0" + "/24x" },
      "networkRange",
      "networkRange has to be a private IPv4 range, such as 10.20.0.0/24 (it is 10.20.0.0/24x).",
    ],
    [
      "a public network",
      { networkRange: "198.51.100.0/24" },
      "networkRange",
      "networkRange has to be a private IPv4 range, such as 10.20.0.0/24 (it is 198.51.100.0/24).",
    ],
    [
      "a network that is too large",
      { networkRange: "10.0.0.0/8" },
      "networkRange",
      "networkRange has to be between a /16 and a /28, such as 10.20.0.0/24 (it is 10.0.0.0/8).",
    ],
    [
      "a network that overlaps the cloud's own",
      { networkRange: "10.244.7.0/24" },
      "networkRange",
      "networkRange must not overlap 10.244.0.0/16, which the cloud keeps for itself (it is 10.244.7.0/24).",
    ],
    [
      "a network without room",
      { networkRange: "10.20.0.0/28", software: Array.from({ length: 12 }, (_, n) => ({ ...wiki, name: `w${n}` })) },
      "networkRange",
      "networkRange has to have room for 12 servers: a larger range than this (it is 10.20.0.0/28).",
    ],
    [
      "an administrator's private key",
      { adminKeys: ["-----BEGIN"] },
      "adminKeys[0]",
      "adminKeys[0] has to be an OpenSSH public key, such as ssh-ed25519 AAAA… (it is something else).",
    ],
  ])(
    "with %s is refused in one sentence that names the argument and what would be right",
    (_, change, argument, message) => {
      const attempt = () => validateDeployment({ ...right, ...change }, limits);
      expect(attempt).toThrow(message);
      try {
        attempt();
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidArgument);
        expect(error).toMatchObject({ code: "INVALID_ARGUMENT", argument, message });
      }
    },
  );

  test("is told of all its mistakes at once", () => {
    const change = {
      domain: "Example",
      region: "",
      adminAccess: ["nowhere", "203.0.113.7"],
      software: [{ name: "A", software: "b" }],
    };
    expect(checkDeployment({ ...right, ...change }, limits).problems.map(({ path }) => path)).toEqual([
      ["domain"],
      ["region"],
      ["adminAccess", 0],
      ["software", 0, "software"],
      ["software", 0, "name"],
    ]);
  });

  test("never shows a password in the refusal", () => {
    const password = {
      description: "",
      credential: "password",
      pattern: "^.{12,}$",
      expected: "at least 12 characters",
    } as const;
    expect(() => {
      requireParameter("p", "hunter2", password);
    }).toThrow("p has to be at least 12 characters (it is something else).");
    expect(() => {
      requireParameter("p", "hunter\n2", password);
    }).toThrow("p has to be one line of text (it is something else).");
  });
});

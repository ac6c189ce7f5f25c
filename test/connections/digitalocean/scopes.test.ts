import { contracts } from "../../../connections/digitalocean/contract";
import { deploymentScopes, isForReading, lacking, probesFor } from "../../../connections/digitalocean/scopes";
import { Contract, whereToGetIt } from "../../../sandbox/digitalocean/contract";

describe("what a token lacks", () => {
  test("is what was wanted and not granted, each once, in the order it was asked for", () => {
    expect(lacking(["vpc:read", "droplet:create", "vpc:read", "tag:read"], ["tag:read"])).toEqual([
      "vpc:read",
      "droplet:create",
    ]);
  });

  test("is nothing with read and write", () => {
    expect(lacking(deploymentScopes, ["read", "write"])).toEqual([]);
    expect(lacking(deploymentScopes, ["api:read", "api:write"])).toEqual([]);
    expect(lacking(["api:read", "write"], ["read", "api:write"])).toEqual([]);
  });

  test("is every change with read alone, and every look with write alone", () => {
    expect(lacking(["vpc:read", "vpc:delete"], ["read"])).toEqual(["vpc:delete"]);
    expect(lacking(["vpc:read", "vpc:delete"], ["write"])).toEqual(["vpc:read"]);
  });

  test("is write and read themselves, whatever single scopes there are", () => {
    expect(lacking(["read", "write"], deploymentScopes)).toEqual(["read", "write"]);
  });
});

test("whatever is for reading can be tried out", () => {
  const tried = probesFor(deploymentScopes).map(({ scope }) => scope);
  expect(deploymentScopes.filter((scope) => isForReading(scope) && scope !== "account:read").sort()).toEqual(
    tried.sort(),
  );
  expect(probesFor(["read"]).length).toBeGreaterThan(tried.length);
});

const description = Contract.load();
if (description === undefined) {
  test("NOT CHECKED: DigitalOcean's description of its API is not on this machine", () => {
    console.warn(whereToGetIt);
  });
} else {
  /** Ours and their removals; a deployment has no project. */
  const used = [
    ...contracts.map(({ operation }) => operation),
    "DELETE /v2/droplets/{droplet_id}",
    "DELETE /v2/account/keys/{ssh_key_identifier}",
    "DELETE /v2/vpcs/{vpc_id}",
    "DELETE /v2/tags/{tag_id}",
    "DELETE /v2/firewalls/{firewall_id}",
    "DELETE /v2/domains/{domain_name}",
    "DELETE /v2/domains/{domain_name}/records/{domain_record_id}",
    "DELETE /v2/reserved_ips/{reserved_ip}",
  ].filter((operation) => !operation.includes("/v2/projects"));
  const scopesOf = (operation: string): string[][] => {
    const [method = "", path = ""] = operation.split(" ");
    return description.scopesOf(method, path) ?? [];
  };

  test.each(used)("%s needs nothing beyond what a deployment asks for", (operation) => {
    const sets = scopesOf(operation);
    expect(sets.some((set) => set.every((scope) => deploymentScopes.includes(scope)))).toBe(true);
  });

  test("a deployment asks for nothing that nothing of it needs", () => {
    const needed = new Set(used.flatMap((operation) => scopesOf(operation)).flat());
    expect(deploymentScopes.filter((scope) => !needed.has(scope))).toEqual([]);
  });

  test.each(probesFor(["read"]))("$path can't be seen without $scope", ({ scope, path, also }) => {
    expect(scopesOf(`GET ${path}`)).toEqual([[scope, ...(also === undefined ? [] : [also])]]);
  });
}

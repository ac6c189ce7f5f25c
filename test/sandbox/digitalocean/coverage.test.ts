import { Cloud } from "../../../sandbox/digitalocean/cloud";
import { oneToken } from "../../../sandbox/digitalocean/access";
import { type Operation, operations } from "../../../sandbox/digitalocean/coverage";
import { buildApi } from "../../../sandbox/digitalocean/server";
import { Contract, whereToGetIt } from "./contract";
import { RecordedHosts } from "./recorded-hosts";

const name = ({ method, path }: Pick<Operation, "method" | "path">): string => `${method} ${path}`;

describe("the table of operations", () => {
  test("has every route that is served, and no other", async () => {
    expect(operations.map(name).sort()).toEqual((await servedRoutes()).sort());
  });

  test("has each operation once", () => {
    const names = operations.map(name);
    expect(names.filter((one, index) => names.indexOf(one) !== index)).toEqual([]);
  });
});

const contract = Contract.load();
if (contract === undefined) {
  test("NOT CHECKED: DigitalOcean's description of its API is not on this machine", () => {
    console.warn(whereToGetIt);
  });
} else {
  describe("DigitalOcean's description of its API", () => {
    test.each(operations.map((one) => [name(one), one] as const))("says which scopes %s needs", (_, operation) => {
      const described = contract.scopesOf(operation.method, operation.path);
      if (operation.source !== "spec" && described === undefined) return;
      const { scopes, orScopes } = operation;
      expect(sorted([scopes, ...(orScopes === undefined ? [] : [orScopes])])).toEqual(sorted(described ?? []));
    });

    test("has every operation that is said to come from it", () => {
      const unknown = operations.filter(({ method, path }) => contract.scopesOf(method, path) === undefined);
      expect(unknown.filter(({ source }) => source === "spec").map(name)).toEqual([]);
    });
  });
}

function sorted(alternatives: readonly (readonly string[])[]): string[] {
  return alternatives.map((scopes) => [...scopes].sort().join(" ")).sort();
}

async function servedRoutes(): Promise<string[]> {
  const log = (): void => undefined;
  const store = { read: () => undefined, write: () => undefined };
  const app = buildApi({
    cloud: await Cloud.open({ store, hosts: new RecordedHosts(), log }),
    access: oneToken("nobody's"),
    log,
  });
  const routes: string[] = [];
  app.addHook("onRoute", ({ method, url }) => {
    for (const one of [method].flat()) if (one !== "HEAD") routes.push(`${one} ${url}`);
  });
  await app.ready();
  await app.close();
  return routes.filter((route) => route.includes(" /v2/"));
}

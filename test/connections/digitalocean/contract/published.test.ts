import { existsSync } from "node:fs";

import { contracts, drifts } from "../../../../connections/digitalocean/contract";
import { descriptionFile, whereToGetIt } from "../../../../sandbox/digitalocean/contract";
import { Description } from "./description";

if (!existsSync(descriptionFile)) {
  test("NOT CHECKED: DigitalOcean's description of its API is not on this machine", () => {
    console.warn(whereToGetIt);
  });
} else {
  const description = Description.read();

  describe.each(contracts.map((contract) => [contract.operation, contract] as const))("%s", (operation, contract) => {
    const answer = description.answer(operation, contract.status);

    test(`is described to answer ${contract.status} with JSON`, () => {
      expect(answer).toBeDefined();
    });

    test("has the fields that we rely on, with our types", () => {
      const fields = Object.entries({ ...contract.fields, ...contract.or });
      const wrong = fields.flatMap(([path, type]) => {
        const published = description.types(answer!.schema, path.replaceAll("?", ""));
        const problem = problemOf(type, published);
        return problem === undefined ? [] : [`${path}: ${type}, published as ${problem}`];
      });
      expect(wrong).toEqual([]);
    });

    if (answer?.examples.length !== 0) {
      test("has examples without a drift", () => {
        for (const example of answer!.examples) expect(drifts(contract, example)).toEqual([]);
      });
    }
  });

  test("has examples of some operations", () => {
    const withExample = contracts.filter((one) => description.answer(one.operation, one.status)?.examples.length !== 0);
    expect(withExample.map(({ operation }) => operation)).toContain("POST /v2/droplets");
    expect(withExample.length).toBeGreaterThan(10);
  });
}

/** Our type has to take everything that is published, or an answer that is right would be a drift. */
function problemOf(type: string, published: ReadonlySet<string>): string | undefined {
  const ours = type.replace("!", "").split("|");
  const takes = (one: string): boolean => ours.includes(one) || (one === "integer" && ours.includes("number"));
  if (published.size === 0) return "nothing";
  return [...published].every(takes) ? undefined : [...published].join(" or ");
}

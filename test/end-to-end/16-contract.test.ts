import { existsSync, readFileSync } from "node:fs";

import { daemonFiles } from "../../sandbox/daemon-files";
import { Contract, whereToGetIt } from "../../sandbox/digitalocean/contract";
import { contractFiles } from "../../sandbox/digitalocean/contract-log";
import { noteValidated } from "../contract/results";
import { world } from "./fixture/world";

const files = contractFiles(daemonFiles(world().home.sandbox).contract);

if (Contract.load() === undefined) {
  test("NOT CHECKED: DigitalOcean's description of its API is not on this machine", () => {
    console.warn(whereToGetIt);
  });
} else {
  describe("every answer that the sandbox gave while all of the above ran", () => {
    test("was as DigitalOcean's own description says", () => {
      expect(existsSync(files.violations) ? readFileSync(files.violations, "utf8") : "").toBe("");
    });

    test("was held against it: of a deployment's whole life", () => {
      const kinds = readFileSync(files.validated, "utf8").trimEnd().split("\n");
      for (const kind of kinds) noteValidated(kind);
      const operations = new Set(kinds.map((kind) => kind.replace(/ \d+$/, "")));
      expect(operations.size).toBeGreaterThan(20);
    });
  });
}

import "../../programs/lean";

import * as digitalocean from "@pulumi/digitalocean";

/** Cheap resources of the default provider, one after the other: the program of `exec-engine.test.ts` and `exec-rotation.test.ts`. */
export = () => {
  const tag = new digitalocean.Tag("tag", { name: "through-the-guard" });
  const settings = { name: "through-the-guard", region: "fra1", ipRange: "10.99.0.0/24" };
  const vpc = new digitalocean.Vpc("network", settings, { dependsOn: tag });
  const last = new digitalocean.Tag("last", { name: "last-through-the-guard" }, { dependsOn: vpc });
  return { tag: tag.id, vpc: vpc.id, last: last.id };
};

import "../../../programs/lean";

import { readFileSync } from "node:fs";

import * as pulumi from "@pulumi/pulumi";

import { HostFirewall, type HostFirewallArgs } from "../../../components/dynamic/ruleset";

/** One firewall, as a file says: the program of `ruleset-engine.test.ts`. */
export = () => {
  const { connection, ruleset } = JSON.parse(
    readFileSync(process.env.DEPLOY4ME_TEST_FIREWALL ?? "", "utf8"),
  ) as HostFirewallArgs;
  const firewall = new HostFirewall("office", { connection: pulumi.secret(connection), ruleset });
  return { boot: firewall.boot };
};

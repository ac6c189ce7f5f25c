import "../../../programs/lean";

import * as digitalocean from "@pulumi/digitalocean";

import { ConnectionCheck } from "../../../components/dynamic/connection-check";
import { Password } from "../../../components/dynamic/password";

/** A check, and what may only be made when it is passed: the program of `connection-check-engine.test.ts`. */
export = () => {
  const { DEPLOY4ME_TEST_ACCOUNT: account, DEPLOY4ME_TEST_TEAM: team } = process.env;
  const connection = new ConnectionCheck("office-connection", { account, team });
  new digitalocean.Tag("tag", { name: "office" }, { dependsOn: connection });
  new Password("password", {}, { dependsOn: connection });
};

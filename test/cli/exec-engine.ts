import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { prepareBackend, pulumiVariables, searchPath } from "../../cli/environment";
import { home as homeOf } from "../../cli/home";
import type { ExecHome } from "./executing";

/** Makes the project of a cheap program in a home, and the home ready for stacks. */
export function engineProject({ directory, environment }: ExecHome): string {
  const project = join(directory, "project");
  mkdirSync(project);
  const main = require.resolve("./exec-engine-program");
  writeFileSync(join(project, "Pulumi.yaml"), JSON.stringify({ name: "test", runtime: "nodejs", main }));
  prepareBackend(homeOf(environment));
  return project;
}

/** What `pulumi` needs, but an API and a token. */
export function engineVariables({ environment }: ExecHome): NodeJS.ProcessEnv {
  const home = homeOf(environment);
  const variables = pulumiVariables(home, { apiUrl: "", tokenFile: "", deployer: "" });
  delete variables.DIGITALOCEAN_API_URL;
  return { ...variables, PATH: searchPath(home) };
}

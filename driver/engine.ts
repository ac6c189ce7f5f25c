import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";

import { DriverError } from "./errors";

/** Pulumi's engine, as it is on this machine. */
export interface Engine {
  /** The CLI. Dynamic providers' launcher lies beside it. */
  readonly pulumi: string;
  /** The folder with the plugins, `resource-digitalocean-v4.80.1` and so on. */
  readonly plugins: string;
}

/** There is no engine where one was looked for. */
export class EngineMissing extends DriverError {
  override readonly name = "EngineMissing";
  readonly code = "ENGINE_MISSING";

  constructor(readonly looked: readonly string[]) {
    super(
      `there is no pulumi in ${looked.join(", ")}: run \`make setup\` in a checkout, install Pulumi, ` +
        "or say where it is (the driver's option `engine`).",
    );
  }
}

/**
 * The engine of this checkout, or else one on the search path.
 * @throws EngineMissing
 */
export function findEngine(environment: NodeJS.ProcessEnv = process.env): Engine {
  const shared = join(packageRoot(), ".deploy4me");
  const own: Engine = { pulumi: join(shared, "bin", "pulumi"), plugins: join(shared, "pulumi", "plugins") };
  if (existsSync(own.pulumi)) return own;
  const folders = (environment.PATH ?? "").split(delimiter).filter((folder) => folder.startsWith("/"));
  const home = environment.PULUMI_HOME ?? join(environment.HOME ?? "/root", ".pulumi");
  const found = folders.map((folder) => join(folder, "pulumi")).find((file) => existsSync(file));
  if (found === undefined) throw new EngineMissing([dirname(own.pulumi), ...folders]);
  return { pulumi: found, plugins: join(home, "plugins") };
}

/** Where this package lies: the folder of our own package.json. */
export function packageRoot(): string {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    const manifest = join(folder, "package.json");
    if (existsSync(manifest) && (JSON.parse(readFileSync(manifest, "utf8")) as { name?: string }).name === "deploy4me")
      return folder;
    if (dirname(folder) === folder) throw new Error(`no package.json of deploy4me at or above ${__dirname}`);
  }
}

/** Where a package that we stand on lies. */
export function folderOf(dependency: string): string {
  return dirname(createRequire(__filename).resolve(`${dependency}/package.json`));
}

import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** Where this checkout lies: the folder of our own package.json. */
export function projectRoot(from: string = __dirname): string {
  for (let folder = from; ; folder = dirname(folder)) {
    const manifest = join(folder, "package.json");
    if (
      existsSync(manifest) &&
      (JSON.parse(readFileSync(manifest, "utf8")) as { name?: string }).name === "deploy4me"
    ) {
      return folder;
    }
    if (dirname(folder) === folder) throw new Error(`no package.json of deploy4me at or above ${from}`);
  }
}

/** Everything that set-up, demo and sandbox leave on the disk; `make clean` removes it. */
export interface Home {
  readonly root: string;
  /** The folder itself: `.deploy4me` in the checkout unless `DEPLOY4ME_HOME` names another. */
  readonly directory: string;
  /** `pulumi`, the language host and the dynamic provider's launcher. */
  readonly bin: string;
  /** PULUMI_HOME: plugins lie below it. */
  readonly pulumi: string;
  /** The `file://` backend of the demo. */
  readonly state: string;
  readonly passphraseFile: string;
  readonly image: string;
  readonly sandbox: string;
}

/**
 * @example
 * home().sandbox // "…/.deploy4me/sandbox"
 */
export function home(environment: NodeJS.ProcessEnv = process.env): Home {
  const root = projectRoot();
  const directory = resolve(root, environment.DEPLOY4ME_HOME ?? ".deploy4me");
  const shared = join(root, ".deploy4me");
  return {
    root,
    directory,
    // The engine and the image are the same for every home of a checkout: a second sandbox does not build them again.
    bin: join(shared, "bin"),
    pulumi: join(shared, "pulumi"),
    image: join(shared, "image"),
    state: join(directory, "state"),
    passphraseFile: join(directory, "passphrase"),
    sandbox: join(directory, "sandbox"),
  };
}

/** Where connections, their keys and what the guard keeps lie: for its owner alone. */
export function connectionsDirectory({ directory }: Home): string {
  return join(directory, "connections");
}

/** Where projects' state, its passphrase, leases and backups lie: for its owner alone. */
export function driverDirectory({ directory }: Home): string {
  return join(directory, "projects");
}

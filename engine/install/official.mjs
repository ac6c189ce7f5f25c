import { execFileSync } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";

/** Lies beside every stand-in, so that none is ever taken for the official plugin. */
export const standInMark = "stand-in.json";
/** Lies beside every CLI that this script brought. */
export const recordName = "engine.json";

/** How a PULUMI_HOME lays out its plugins. */
export function pluginDirectory(home, name, version) {
  return join(home, "plugins", `resource-${name}-v${version}`);
}

/** The `pulumi` commands on PATH that this script did not bring, in the order of PATH. */
export function foreignClis() {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => resolve(folder, "pulumi"))
    .filter(isExecutable)
    .map((path) => realpathSync(path))
    .filter((path, index, all) => all.indexOf(path) === index && !existsSync(join(dirname(path), recordName)));
}

/**
 * An installed CLI with its language host beside it. An older CLI than our SDK is not taken: it would silently ignore
 * what it does not know.
 */
export function installedCli(item) {
  for (const path of foreignClis()) {
    const host = join(dirname(path), "pulumi-language-nodejs");
    const version = versionOf(path);
    if (version === undefined || !isExecutable(host)) continue;
    if (!fits(version, item.version)) {
      console.log(`pulumi ${version} is installed, but ${item.version} or later of the same line is needed`);
      continue;
    }
    const dynamic = join(dirname(path), "pulumi-resource-pulumi-nodejs");
    return { version, from: path, files: [path, host, ...(isExecutable(dynamic) ? [dynamic] : [])] };
  }
  return undefined;
}

function versionOf(path) {
  try {
    const printed = execFileSync(path, ["version"], {
      encoding: "utf8",
      timeout: 10_000,
      stdio: ["ignore", "pipe", "ignore"],
      env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    });
    return /v?(\d+\.\d+\.\d+)/.exec(printed)?.[1];
  } catch {
    // Not a working CLI: as good as none.
    return undefined;
  }
}

/** The same line (major version), and not older. */
export function fits(version, wanted) {
  const [major, minor, patch] = version.split(".").map(Number);
  const [wantedMajor, wantedMinor, wantedPatch] = wanted.split(".").map(Number);
  return major === wantedMajor && (minor > wantedMinor || (minor === wantedMinor && patch >= wantedPatch));
}

/** Where the official plugin lies, if it is installed in exactly this version: in PULUMI_HOME or the user's own folder. */
export function foreignPlugin(root, { name, version }) {
  const own = resolve(root, ".deploy4me", "pulumi");
  const homes = [process.env.PULUMI_HOME, join(homedir(), ".pulumi")].filter(Boolean).map((home) => resolve(home));
  return homes
    .filter((home) => home !== own)
    .map((home) => pluginDirectory(home, name, version))
    .filter((directory) => !existsSync(join(directory, standInMark)))
    .map((directory) => join(directory, `pulumi-resource-${name}`))
    .find(isExecutable);
}

export function installedPlugin(root, item) {
  const path = foreignPlugin(root, item);
  return path === undefined ? undefined : { version: item.version, from: path, files: [path] };
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The content of a JSON file; nothing where it is absent or broken off. */
export function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    // Absent or broken off: then everything is looked at again.
    return undefined;
  }
}

import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

import { foreignClis, foreignPlugin, pluginDirectory } from "./official.mjs";

/** The plugins our components use; their versions are those of the npm packages, which ask for exactly these. */
const plugins = ["command", "digitalocean", "aws"];
/** Those whose stand-in is JavaScript of this checkout: its program in `dist/`. */
const programs = { aws: "engine/aws/main.js" };

/**
 * @typedef {object} Item What is to be there in the end.
 * @property {string} name
 * @property {string} version without a «v»
 * @property {boolean} plugin
 * @property {string} directory where its files go
 * @property {string[]} files what has to be in the directory
 * @property {string[]} builtFiles the same where it is built here
 * @property {string} [program] the compiled program that a launcher starts, where nothing has to be built
 * @property {string} code what its build is made from
 * @property {() => boolean} isThere
 */

/**
 * @param {string} root
 * @returns {Item[]} the CLI first
 */
export function wantedItems(root) {
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const version = (name) => {
    const wanted = dependencies[name];
    if (!/^\d+\.\d+\.\d+$/.test(wanted ?? "")) {
      throw new Error(`package.json must pin ${name} to an exact version (found ${wanted}): the engine has to fit it`);
    }
    return wanted;
  };
  const cli = {
    name: "pulumi",
    version: version("@pulumi/pulumi"),
    plugin: false,
    directory: join(root, ".deploy4me", "bin"),
    files: ["pulumi", "pulumi-language-nodejs"],
    // The official language host has its code generator inside.
    builtFiles: ["pulumi", "pulumi-language-nodejs", "pulumi-nodejs-generator"],
  };
  const rows = plugins.map((name) => ({
    name,
    version: version(`@pulumi/${name}`),
    plugin: true,
    directory: pluginDirectory(join(root, ".deploy4me", "pulumi"), name, version(`@pulumi/${name}`)),
    files: [`pulumi-resource-${name}`],
    builtFiles: [`pulumi-resource-${name}`],
    ...(programs[name] && { program: programs[name] }),
  }));
  return [cli, ...rows].map((item) => ({
    ...item,
    code: codeHash(root, item),
    isThere: () => item.files.every((file) => existsSync(join(item.directory, file))),
  }));
}

/** A hash over all that decides what the build of an item gives: its Go sources, the pinned modules, its version. */
function codeHash(root, { name, version, builtFiles }) {
  const hash = createHash("sha256").update(`${name}@${version} ${process.platform}-${process.arch}\0`);
  const take = (path, label) => {
    if (!existsSync(path)) return;
    if (statSync(path).isDirectory()) {
      for (const entry of readdirSync(path).sort()) take(join(path, entry), `${label}/${entry}`);
    } else if (!label.endsWith("_test.go")) {
      hash.update(`${label}\0`).update(readFileSync(path)).update("\0");
    }
  };
  const sources = builtFiles.map((file) => `cmd/${file}`);
  for (const label of ["go.mod", "go.sum", "internal", "install/build.mjs", ...sources])
    take(join(root, "engine", label), label);
  return hash.digest("hex");
}

/** Which official installations could be used: when this changes, what is here is looked at again. */
export function candidates(root, items) {
  const paths = items.flatMap((item) => (item.plugin ? (foreignPlugin(root, item) ?? []) : foreignClis()));
  const looks = paths.map((path) => {
    const { mtimeMs, size } = statSync(path);
    return `${path} ${mtimeMs} ${size}`;
  });
  return createHash("sha256").update(looks.join("\n")).digest("hex");
}

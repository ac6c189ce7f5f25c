import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const cliPackage = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
const cliVersion = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";
const ownVersion = "github.com/deploy4me/deploy4me/engine/internal/serve.Version";
// Cold, on a slow machine, the CLI takes minutes.
const buildTimeout = 45 * 60_000;
const listTimeout = 10 * 60_000;

/** One build at a time: `go build` uses all cores by itself, and builds side by side would compile the same twice. */
let queue = Promise.resolve();

/** Builds an item from the pinned modules in `engine/`. The language host comes with the CLI. */
export function build(root, item) {
  const result = queue.then(() => buildNow(root, item));
  queue = result.catch(() => undefined);
  return result;
}

async function buildNow(root, item) {
  const folder = mkdtempSync(join(tmpdir(), "deploy4me-engine-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    if (item.program) {
      const [file] = item.builtFiles;
      writeFileSync(join(folder, file), launcher(item));
      return { from: item.program, files: [join(folder, file)], remove };
    }
    for (const file of item.builtFiles) {
      const [what, variable] = file === "pulumi" ? [cliPackage, cliVersion] : [`./cmd/${file}`, ownVersion];
      const version = file === "pulumi" ? `v${item.version}` : item.version;
      const patience = file === "pulumi" ? " (the first time: some minutes)" : "";
      console.log(`building ${file} ${item.version}${patience}`);
      const output = join(folder, file);
      const flags = ["-trimpath", "-ldflags", `-s -w -X ${variable}=${version}`, "-o", output];
      await go(root, ["build", "-v", ...flags, what], await countPackages(root, what));
    }
    return { from: "engine/go.mod", files: item.builtFiles.map((file) => join(folder, file)), remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** Starts a plugin that is a program of the checkout, which may not be compiled yet when this is written. */
const launcher = ({ program, version }) => `#!/bin/sh
# Stands in for the official plugin ${version}, with the Node and the program of this checkout.
# The folder of plugins may be a link elsewhere: the checkout is where the file itself is.
root=$(CDPATH='' cd -P -- "\${0%/*}/../../../.." && pwd -P) || exit 1
if [ ! -f "$root/dist/${program}" ]; then
  echo "$root/dist/${program} is missing: run 'make setup' first" >&2
  exit 1
fi
DEPLOY4ME_PLUGIN_VERSION=${version} exec "$root/node_modules/.bin/node" "$root/dist/${program}" "$@"
`;

async function countPackages(root, what) {
  try {
    const { stdout } = await promisify(execFile)("go", ["list", "-deps", what], {
      cwd: join(root, "engine"),
      timeout: listTimeout,
      maxBuffer: 16 << 20,
    });
    return stdout.split("\n").filter(Boolean).length;
  } catch (error) {
    throw missingGo(error) ?? new Error(`go list failed in engine/: ${lastLines(error.stderr ?? error.message)}`);
  }
}

/** Runs `go`, numbering the packages it compiles: that is how far it is. */
function go(root, parameters, total) {
  return new Promise((resolve, reject) => {
    const process = spawn("go", parameters, {
      cwd: join(root, "engine"),
      stdio: ["ignore", "ignore", "pipe"],
      timeout: buildTimeout,
    });
    const printed = [];
    let compiled = 0;
    createInterface({ input: process.stderr }).on("line", (line) => {
      printed.push(line);
      if (/^[\w.~/-]+$/.test(line)) console.log(`compiled ${++compiled} of at most ${total} packages: ${line}`);
      else console.log(line);
    });
    process.on("error", (error) => reject(missingGo(error) ?? error));
    process.on("close", (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`go build ended with ${signal ?? `exit code ${code}`}: ${lastLines(printed.join("\n"))}`));
    });
  });
}

function missingGo(error) {
  if (error.code !== "ENOENT") return undefined;
  return new Error(
    "Go is missing, and there is neither an official Pulumi on this machine nor a way to the vendor's download: " +
      "install Go 1.26 or later, or Pulumi itself.",
  );
}

function lastLines(text) {
  return text.trim().split("\n").slice(-15).join("\n");
}

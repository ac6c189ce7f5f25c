import {
  copyFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";

import { readJson, recordName, standInMark } from "./official.mjs";

/** Other files appear under their final name only when they are whole. */
function atomically(target, write) {
  mkdirSync(dirname(target), { recursive: true });
  const temporary = `${target}.new-${process.pid}`;
  rmSync(temporary, { force: true });
  write(temporary);
  renameSync(temporary, target);
}

/**
 * Puts files where the engine looks for them. Official ones are linked; the folder itself is a real one, because the
 * engine does not look into linked folders.
 */
export function place(item, files, { link = false, standIn = false } = {}) {
  for (const file of files) {
    atomically(join(item.directory, basename(file)), (temporary) => {
      if (link) return symlinkSync(file, temporary);
      copyFileSync(file, temporary);
      chmodSync(temporary, 0o755);
    });
  }
  if (!item.plugin) return;
  const mark = join(item.directory, standInMark);
  if (standIn) writeFileSync(mark, JSON.stringify({ standsInFor: item.name, version: item.version }) + "\n");
  else rmSync(mark, { force: true });
  removeOtherVersions(item);
}

function removeOtherVersions({ directory, name }) {
  for (const entry of readdirSync(dirname(directory))) {
    if (entry.startsWith(`resource-${name}-v`) && entry !== basename(directory)) {
      rmSync(join(dirname(directory), entry), { recursive: true, force: true });
    }
  }
}

/**
 * Dynamic providers run in the SDK's own process, which npm brings and which may not be there yet: so the launcher looks
 * for it when it is started. It must lie beside the CLI, or every preview warns. A CLI that is linked has its own beside.
 */
export function placeLauncher(root, { source }) {
  const target = join(root, ".deploy4me", "bin", "pulumi-resource-pulumi-nodejs");
  if (source === "official" && existsSync(target)) return;
  atomically(target, (temporary) => {
    writeFileSync(temporary, launcher);
    chmodSync(temporary, 0o755);
  });
}

const launcher = `#!/bin/sh
# Starts dynamic providers with the SDK and the Node found at or above the work directory.
folder=$PWD
until [ -f "$folder/node_modules/@pulumi/pulumi/cmd/dynamic-provider/index.js" ]; do
  if [ -z "$folder" ]; then
    echo "no node_modules/@pulumi/pulumi at or above $PWD: run npm ci there first" >&2
    exit 1
  fi
  folder=\${folder%/*}
done
node=$folder/node_modules/.bin/node
[ -x "$node" ] || node=node
# What no provider uses need not be loaded (programs/lean.ts); before the first compilation it is not there.
lean=\${0%/*}/../../dist/programs/lean.js
[ -f "$lean" ] || lean=
exec "$node" \${lean:+--require "$lean"} "$folder/node_modules/@pulumi/pulumi/cmd/dynamic-provider" "$@"
`;

const recordPath = (root) => join(root, ".deploy4me", "bin", recordName);

/** What the last run brought, or nothing. */
export function readRecord(root) {
  return readJson(recordPath(root));
}

export function writeRecord(root, record) {
  atomically(recordPath(root), (temporary) => writeFileSync(temporary, JSON.stringify(record, undefined, 2) + "\n"));
}

/**
 * Brings the engine: the Pulumi CLI with its language host into `.deploy4me/bin`, and the plugins into
 * `.deploy4me/pulumi/plugins`. For each of them in this order: what is officially installed here, the vendor's download
 * (checksum verified), the pinned Go build. What came from where is recorded in `.deploy4me/bin/engine.json`.
 *
 * Runs before `npm ci` is through, so it needs nothing but Node 20.
 *
 * Environment: `DEPLOY4ME_PULUMI_DOWNLOADS`, the base URL of the downloads (default: the vendor's; empty: no downloads).
 *
 * @example
 * node engine/install.mjs
 */
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "./install/build.mjs";
import { Vendor } from "./install/download.mjs";
import { installedCli, installedPlugin } from "./install/official.mjs";
import { place, placeLauncher, readRecord, writeRecord } from "./install/place.mjs";
import { candidates, wantedItems } from "./install/wanted.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");

const sources = { official: "installed here", download: "the vendor's download", build: "built from source" };

async function main() {
  const items = wantedItems(root);
  const record = readRecord(root);
  const found = candidates(root, items);
  if (record?.candidates === found && items.every((item) => isCurrent(item, record))) {
    placeLauncher(root, recorded(items[0], record));
    console.log("the engine is up to date");
    return;
  }
  const vendor = new Vendor();
  const came = await Promise.all(items.map((item) => bring(item, { vendor, record })));
  placeLauncher(root, came[0]);
  writeRecord(root, { candidates: found, items: came });
  for (const { name, version, source } of came) console.log(`${name} ${version}: ${sources[source]}`);
}

function recorded(item, record) {
  return record?.items.find(({ name }) => name === item.name);
}

function isCurrent(item, record) {
  return recorded(item, record)?.code === item.code && item.isThere();
}

/** Brings one item and answers what is recorded of it. */
async function bring(item, { vendor, record }) {
  const { name, version, code } = item;
  const installed = item.plugin ? installedPlugin(root, item) : installedCli(item);
  if (installed) {
    place(item, installed.files, { link: true });
    return { name, version: installed.version, source: "official", from: installed.from, code };
  }
  const before = recorded(item, record);
  if (before && before.source !== "official" && isCurrent(item, record)) return before;
  const downloaded = await vendor.download(item);
  if (downloaded) {
    place(item, downloaded.files);
    downloaded.remove();
    return { name, version, source: "download", from: downloaded.from, code };
  }
  const built = await build(root, item);
  place(item, built.files, { standIn: item.plugin });
  built.remove();
  return { name, version, source: "build", from: built.from, code };
}

try {
  await main();
} catch (error) {
  console.error(`deploy4me: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

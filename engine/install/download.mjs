import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

const vendorDownloads = "https://get.pulumi.com/releases";
const probeTimeout = 4_000;
const listTimeout = 10_000;
const archiveTimeout = 300_000;

/**
 * The vendor's downloads. It is asked once whether it can be reached; if not, nothing more is tried in this run.
 * A download that fails for any reason is no error: there is still the build.
 */
export class Vendor {
  #base = (process.env.DEPLOY4ME_PULUMI_DOWNLOADS ?? vendorDownloads).replace(/\/+$/, "");
  #reachable;

  async download(item) {
    if (this.#base === "") return undefined;
    this.#reachable ??= this.#probe(item);
    if (!(await this.#reachable)) return undefined;
    const folder = mkdtempSync(join(tmpdir(), "deploy4me-engine-"));
    const remove = () => rmSync(folder, { recursive: true, force: true });
    try {
      return { ...(await this.#fetch(item, folder)), remove };
    } catch (error) {
      remove();
      console.log(`${item.name} ${item.version} was not downloaded: ${explain(error)}`);
      return undefined;
    }
  }

  async #probe(item) {
    const { lists } = names(item, this.#base);
    try {
      // Any answer will do: this is about the network, not about the file.
      await fetch(lists[0], { method: "HEAD", signal: AbortSignal.timeout(probeTimeout) });
      return true;
    } catch (error) {
      console.log(`the vendor's downloads cannot be reached: ${explain(error)}`);
      return false;
    }
  }

  async #fetch(item, folder) {
    const { archive, url, lists } = names(item, this.#base);
    const expected = await this.#checksum(archive, lists);
    console.log(`downloading ${url}`);
    const response = await fetch(url, { signal: AbortSignal.timeout(archiveTimeout) });
    if (!response.ok || !response.body) throw new Error(`${url} answered ${response.status}`);
    const path = join(folder, archive);
    await pipeline(Readable.fromWeb(response.body), createWriteStream(path));
    const actual = await digest(path, expected.algorithm);
    if (actual !== expected.value) {
      throw new Error(`the ${expected.algorithm} checksum of ${url} is ${actual}, but ${expected.value} is published`);
    }
    const inside = item.files.map((file) => (item.plugin ? file : `pulumi/${file}`));
    execFileSync("tar", ["-xzf", path, "-C", folder, "--no-same-owner", ...inside], { timeout: 60_000 });
    return { from: url, files: inside.map((file) => join(folder, file)) };
  }

  async #checksum(archive, lists) {
    for (const list of lists) {
      const response = await fetch(list, { signal: AbortSignal.timeout(listTimeout) }).catch(() => undefined);
      if (!response?.ok) continue;
      const found = checksumIn(await response.text(), archive);
      if (found) return found;
    }
    throw new Error(`no checksum of ${archive} is published at ${lists.join(" or ")}`);
  }
}

/** How the vendor names its files. Checksums are beside the archives and, for the default address, with the release. */
function names({ name, version, plugin }, base) {
  const machine = plugin && process.arch === "x64" ? "amd64" : process.arch;
  const archive = plugin
    ? `pulumi-resource-${name}-v${version}-${process.platform}-${machine}.tar.gz`
    : `pulumi-v${version}-${process.platform}-${machine}.tar.gz`;
  const list = plugin ? `pulumi-${name}_${version}_checksums.txt` : `pulumi-${version}-checksums.txt`;
  const folder = `${base}/${plugin ? "plugins" : "sdk"}`;
  const lists = [`${folder}/${list}`];
  if (base === vendorDownloads) {
    const repository = plugin ? `pulumi-${name}` : "pulumi";
    lists.push(`https://github.com/pulumi/${repository}/releases/download/v${version}/${list}`);
  }
  return { archive, url: `${folder}/${archive}`, lists };
}

const algorithms = { 40: "sha1", 64: "sha256", 128: "sha512" };

/** The vendor lists SHA-256 for the CLI, but only SHA-1 for some plugins: the length tells. */
export function checksumIn(list, archive) {
  for (const line of list.split("\n")) {
    const [, value, name] = /^([0-9a-f]+)\s+\*?(?:\.\/)?(\S+)\s*$/i.exec(line) ?? [];
    const algorithm = algorithms[value?.length];
    if (name === archive && algorithm) return { algorithm, value: value.toLowerCase() };
  }
  return undefined;
}

async function digest(path, algorithm) {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/** `fetch failed` says nothing; its cause does. */
function explain(error) {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message ? error.cause.message : error.message;
}

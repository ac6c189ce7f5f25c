import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { runCommand } from "./command";
import { ImageBuildFailed } from "./errors";

/** The Debian release that machines run. */
export const release = "trixie";
export const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

const second = 1000;

/** A place that Debian packages come from. */
export interface Source {
  /** Without the slash at its end. */
  readonly uri: string;
  readonly suite: string;
}

/**
 * Where this machine would get Debian's packages of {@link release} from: the places its own apt uses, with the suite
 * put in for the machine's own. On another distribution `DEPLOY4ME_DEBIAN_MIRROR` names a place.
 *
 * They are candidates: {@link available} says which of them are Debian's and have the suite.
 */
export async function candidates(environment: NodeJS.ProcessEnv = process.env): Promise<Source[]> {
  const mirror = environment.DEPLOY4ME_DEBIAN_MIRROR;
  if (mirror !== undefined && mirror !== "") {
    const uri = mirror.replace(/\/+$/, "");
    return [
      { uri, suite: release },
      { uri, suite: `${release}-updates` },
    ];
  }
  const codename = /^VERSION_CODENAME="?([a-z]+)"?$/m.exec(await readFile("/etc/os-release", "utf8"))?.[1] ?? release;
  return parseCandidates(await runCommand(["apt-get", "--print-uris", "update"], { timeoutMs: 60 * second }), codename);
}

/** What `apt-get --print-uris update` prints → sources of {@link release}. */
export function parseCandidates(printed: string, codename: string): Source[] {
  const known = new Map<string, Source>();
  for (const [, uri = "", suite = ""] of printed.matchAll(/^'([^']+)\/dists\/([^']+)\/InRelease'/gm)) {
    const [, own, part = ""] = /^([a-z]+)((?:-updates|-security|\/updates)?)$/.exec(suite) ?? [];
    if (own === undefined || ![codename, "stable", release].includes(own)) continue;
    // Before Debian 11 the security suite was called `<release>/updates`.
    const source = { uri, suite: `${release}${part === "/updates" ? "-security" : part}` };
    known.set(`${source.uri} ${source.suite}`, source);
  }
  return [...known.values()];
}

/** Those of the candidates that have the suite, signed by Debian. Fails when none has the release itself. */
export async function available(sources: readonly Source[]): Promise<Source[]> {
  if (!existsSync(keyring)) {
    throw new ImageBuildFailed(`${keyring} is missing: install the package debian-archive-keyring (make packages).`);
  }
  const state = await mkdtemp(join(tmpdir(), "deploy4me-apt-"));
  try {
    const list = join(state, "candidates.sources");
    const lists = join(state, "lists");
    await mkdir(join(lists, "partial"), { recursive: true });
    await writeFile(list, renderSources(sources));
    const apt: readonly [string, ...string[]] = [
      "apt-get",
      ...["-o", `Dir::State::lists=${lists}`, "-o", `Dir::Etc::sourcelist=${list}`, "-o", "Dir::Etc::sourceparts=-"],
      // Only the signed list of contents is wanted, not the contents.
      ...["-o", "Acquire::IndexTargets::deb::Packages::DefaultEnabled=false", "-o", "Acquire::Retries=2"],
      ...["-o", "Acquire::http::Timeout=20", "-o", "Acquire::https::Timeout=20", "-o", `Dir::Cache=${state}`],
      ...["-o", "APT::Sandbox::User=root"],
    ];
    const files = new Map(
      [
        ...(await runCommand([...apt, "--print-uris", "update"], { timeoutMs: 60 * second })).matchAll(
          /^'([^']+)\/InRelease' (\S+)/gm,
        ),
      ].map(([, uri = "", file = ""]) => [uri, file] as const),
    );
    let problem = "";
    // A source that is not there is no reason to stop, so the exit code says nothing; the files that are there do.
    await runCommand([...apt, "update"], { timeoutMs: 180 * second }).catch((error: unknown) => {
      problem = error instanceof ImageBuildFailed ? error.output : String(error);
    });
    const found = sources.filter(({ uri, suite }) =>
      existsSync(join(lists, files.get(`${uri}/dists/${suite}`) ?? "none")),
    );
    if (found.some(({ suite }) => suite === release)) return found;
    throw new ImageBuildFailed(
      `no package source of this machine has Debian's ${release}${sources.length === 0 ? "" : ` (asked: ${sources.map(({ uri }) => uri).join(", ")})`}. ` +
        "See /etc/apt/sources.list.d, or name one that does in DEPLOY4ME_DEBIAN_MIRROR.",
      problem,
    );
  } finally {
    await rm(state, { recursive: true, force: true });
  }
}

/** As the file of a machine's sources.list.d (deb822). */
export function renderSources(sources: readonly Source[]): string {
  return sources
    .map(({ uri, suite }) => `Types: deb\nURIs: ${uri}\nSuites: ${suite}\nComponents: main\nSigned-By: ${keyring}\n`)
    .join("\n");
}

/**
 * The options by which this machine's apt reaches its sources: proxies, certificates, what it thinks of dates. As lines
 * of an apt.conf file.
 */
export async function transportOptions(environment: NodeJS.ProcessEnv = process.env): Promise<string[]> {
  const options = parseTransportOptions(await runCommand(["apt-config", "dump"], { timeoutMs: 30 * second }));
  for (const protocol of ["http", "https"]) {
    const proxy = environment[`${protocol}_proxy`];
    const name = `Acquire::${protocol}::Proxy`;
    if (proxy && !options.some((option) => option.startsWith(`${name} `))) options.push(`${name} "${proxy}";`);
  }
  return options;
}

const transport =
  /^Acquire::(?:(?:http|https)::\S+|Check-Valid-Until|Check-Date|Max-FutureTime|Retries|Languages(?:::)?|By-Hash) ".+";$/;

/** What `apt-config dump` prints → the lines that say how sources are reached. */
export function parseTransportOptions(dump: string): string[] {
  return dump.split("\n").filter((line) => transport.test(line));
}

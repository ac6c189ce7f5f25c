import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = resolve(__dirname, "../../..");

export const versions = { pulumi: "3.259.0", command: "1.2.1", digitalocean: "4.80.1", aws: "7.48.0" };
type Plugin = Exclude<keyof typeof versions, "pulumi">;

/** What one run of the script did. */
export interface Outcome {
  readonly exitCode: number;
  readonly printed: string;
}

interface Brought {
  readonly items: readonly { readonly name: string; readonly source: string; readonly version: string }[];
}

/** A checkout of its own for `engine/install.mjs`, on a machine whose PATH and home folder hold nothing but what a test put there. */
export class Checkout {
  readonly folder = mkdtempSync(join(tmpdir(), "deploy4me-install-"));
  readonly #tools = join(this.folder, "tools");
  readonly #home = join(this.folder, "home");
  readonly #calls = join(this.folder, "go-calls");
  #path = [this.#tools];

  constructor() {
    mkdirSync(this.#tools);
    mkdirSync(this.#home);
    for (const tool of ["sh", "tar", "gzip", "node"]) symlinkSync(which(tool), join(this.#tools, tool));
    for (const part of ["install.mjs", "install"]) {
      cpSync(join(root, "engine", part), join(this.folder, "engine", part), { recursive: true });
    }
    const dependencies = {
      "@pulumi/pulumi": versions.pulumi,
      "@pulumi/command": versions.command,
      "@pulumi/digitalocean": versions.digitalocean,
      "@pulumi/aws": versions.aws,
    };
    this.write("package.json", JSON.stringify({ dependencies }));
    this.write("engine/go.mod", "module example.com/engine\n");
    for (const name of ["pulumi-language-nodejs", "pulumi-resource-command", "pulumi-resource-digitalocean"]) {
      this.write(`engine/cmd/${name}/main.go`, "package main\n");
    }
  }

  /** A `go` that notes how it was called and «builds» a file that says so. */
  withGo(): this {
    this.program(
      join(this.#tools, "go"),
      `if [ "$1" = list ]; then echo one; echo two; exit 0; fi
echo "$*" >>'${this.#calls}'
while [ $# -gt 0 ]; do [ "$1" = -o ] && output=$2; shift; done
echo example.com/compiled >&2
echo built >"$output"`,
    );
    return this;
  }

  withBrokenGo(): this {
    this.program(join(this.#tools, "go"), `[ "$1" = list ] && exit 0\necho "main.go:1: syntax error" >&2\nexit 1`);
    return this;
  }

  /** A CLI on PATH, as an installer of the vendor or a package of a distribution leaves it. */
  withCli(version: string, { languageHost = true, broughtByUs = false } = {}): this {
    const folder = join(this.folder, `cli-${version}`);
    this.program(join(folder, "pulumi"), `echo v${version}`);
    if (languageHost) this.program(join(folder, "pulumi-language-nodejs"), "exit 0");
    if (broughtByUs) writeFileSync(join(folder, "engine.json"), "{}");
    this.#path = [...this.#path, folder];
    return this;
  }

  /** A plugin in the user's own folder. */
  withPlugin(
    name: Plugin,
    { version = versions[name], standIn = false }: { readonly version?: string; readonly standIn?: boolean } = {},
  ): this {
    const folder = join(this.#home, ".pulumi", "plugins", `resource-${name}-v${version}`);
    this.program(join(folder, `pulumi-resource-${name}`), "exit 0");
    if (standIn) writeFileSync(join(folder, "stand-in.json"), "{}");
    return this;
  }

  async install(downloads: string): Promise<Outcome> {
    const env = {
      PATH: this.#path.join(delimiter),
      HOME: this.#home,
      DEPLOY4ME_PULUMI_DOWNLOADS: downloads,
    };
    try {
      const { stdout, stderr } = await run(process.execPath, [join(this.folder, "engine", "install.mjs")], { env });
      return { exitCode: 0, printed: stdout + stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { exitCode: code, printed: stdout + stderr };
    }
  }

  /** Name → source, as recorded. */
  get sources(): Readonly<Record<string, string>> {
    const record = JSON.parse(readFileSync(this.at("bin/engine.json"), "utf8")) as Brought;
    return Object.fromEntries(record.items.map(({ name, source }) => [name, source]));
  }

  /** The builds there were, as the files they made. */
  get builds(): readonly string[] {
    if (!existsSync(this.#calls)) return [];
    return readFileSync(this.#calls, "utf8")
      .trim()
      .split("\n")
      .map((call) => /-o \S*\/(\S+)/.exec(call)?.[1] ?? call);
  }

  get buildCalls(): string {
    return readFileSync(this.#calls, "utf8");
  }

  at(path: string): string {
    return join(this.folder, ".deploy4me", path);
  }

  plugin(name: Plugin): string {
    return this.at(`pulumi/plugins/resource-${name}-v${versions[name]}/pulumi-resource-${name}`);
  }

  read(path: string): string {
    return readFileSync(path, "utf8").trim();
  }

  linkOf(path: string): string {
    return readlinkSync(path);
  }

  write(path: string, content: string): void {
    mkdirSync(dirname(join(this.folder, path)), { recursive: true });
    writeFileSync(join(this.folder, path), content);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private program(path: string, body: string): void {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  }
}

function which(tool: string): string {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    if (existsSync(join(folder, tool))) return join(folder, tool);
  }
  throw new Error(`the test needs ${tool} on PATH`);
}

/** The vendor's download server, on loopback. */
export class Vendor {
  readonly requests: string[] = [];
  readonly #files = new Map<string, Buffer>();
  readonly #server = createServer((request, response) => {
    const path = request.url ?? "";
    this.requests.push(path);
    const content = this.#files.get(path);
    response.writeHead(content ? 200 : 404).end(request.method === "HEAD" ? undefined : content);
  });

  static async start(): Promise<Vendor> {
    const vendor = new Vendor();
    await new Promise<void>((done) => vendor.#server.listen(0, "127.0.0.1", done));
    return vendor;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Publishes the CLI and the plugins, each with its checksum. */
  async publishAll(change: Readonly<Record<string, string>> = {}): Promise<void> {
    const [cli, plugin] = process.arch === "x64" ? ["x64", "amd64"] : [process.arch, process.arch];
    const { pulumi } = versions;
    await this.#publish(
      "sdk",
      `pulumi-v${pulumi}-linux-${cli}.tar.gz`,
      `pulumi-${pulumi}-checksums.txt`,
      "sha256",
      change,
      ["pulumi/pulumi", "pulumi/pulumi-language-nodejs", "pulumi/pulumi-language-python"],
    );
    // The vendor's plugins come with lists of different kinds.
    for (const [name, algorithm] of [
      ["command", "sha256"],
      ["digitalocean", "sha1"],
      ["aws", "sha256"],
    ] as const) {
      const archive = `pulumi-resource-${name}-v${versions[name]}-linux-${plugin}.tar.gz`;
      const list = `pulumi-${name}_${versions[name]}_checksums.txt`;
      await this.#publish("plugins", archive, list, algorithm, change, [`pulumi-resource-${name}`, "README.md"]);
    }
  }

  async #publish(
    folder: string,
    archive: string,
    list: string,
    algorithm: string,
    change: Readonly<Record<string, string>>,
    files: readonly string[],
  ): Promise<void> {
    const content = await tarball(files);
    const checksum = createHash(algorithm).update(content).digest("hex");
    this.#files.set(`/${folder}/${archive}`, content);
    const kind = Object.keys(change).find((name) => archive.startsWith(name));
    const line = kind === undefined ? checksum : (change[kind] ?? checksum);
    this.#files.set(`/${folder}/${list}`, Buffer.from(`${"0".repeat(64)}  another.tar.gz\n${line}  ./${archive}\n`));
  }

  async stop(): Promise<void> {
    await new Promise((done) => this.#server.close(done));
  }
}

async function tarball(files: readonly string[]): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), "deploy4me-tarball-"));
  try {
    for (const file of files) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), "downloaded\n", { mode: 0o755 });
    }
    const { stdout } = await run("tar", ["-czf", "-", "-C", folder, ...files], { encoding: "buffer" });
    return stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

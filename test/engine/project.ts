import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = resolve(__dirname, "../../..");
const engine = join(root, ".deploy4me", "bin");

/** A Pulumi project in a folder of its own, run by the engine that the set-up brought, with its state beside it. */
export class Project {
  readonly folder = mkdtempSync(join(tmpdir(), "deploy4me-project-"));

  constructor(private readonly api: string) {
    if (!existsSync(join(engine, "pulumi"))) throw new Error("the engine is missing: run node engine/install.mjs");
    mkdirSync(join(this.folder, "state"));
    symlinkSync(join(root, "node_modules"), join(this.folder, "node_modules"));
    this.write("Pulumi.yaml", "name: proof\nruntime: nodejs\n");
    this.write("package.json", JSON.stringify({ name: "proof", main: "index.js" }));
  }

  write(name: string, content: string): void {
    writeFileSync(join(this.folder, name), content);
  }

  /** Runs `pulumi` and answers all that it printed. */
  async pulumi(...parameters: readonly string[]): Promise<string> {
    const { NODE_COMPILE_CACHE } = process.env;
    const env = {
      NODE_COMPILE_CACHE,
      PATH: [engine, join(root, "node_modules", ".bin"), process.env.PATH ?? ""].join(delimiter),
      HOME: this.folder,
      PULUMI_HOME: join(root, ".deploy4me", "pulumi"),
      PULUMI_BACKEND_URL: `file://${join(this.folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "only for this test",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      DIGITALOCEAN_API_URL: this.api,
      DIGITALOCEAN_TOKEN: "dop_v1_only_for_this_test",
    };
    const options = { cwd: this.folder, env, timeout: 120_000, maxBuffer: 16 << 20 };
    const { stdout, stderr } = await run(join(engine, "pulumi"), [...parameters, "--non-interactive"], options);
    return stdout + stderr;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** As much of DigitalOcean as tags need. */
export class TagsApi {
  readonly tags = new Set<string>();
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const name = /^\/v2\/tags\/(.+)$/.exec(request.url ?? "")?.[1];
      this.#answer(request.method, name, Buffer.concat(chunks).toString(), response);
    });
  });

  async start(): Promise<string> {
    await new Promise<void>((done) => this.#server.listen(0, "127.0.0.1", done));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  #answer(method: string | undefined, name: string | undefined, body: string, response: ServerResponse): void {
    const send = (status: number, content?: object): void => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(content === undefined ? undefined : JSON.stringify(content));
    };
    if (method === "POST") {
      const created = (JSON.parse(body) as { name: string }).name;
      this.tags.add(created);
      send(201, { tag: { name: created, resources: { count: 0 } } });
    } else if (name === undefined || !this.tags.has(name)) {
      send(404, { id: "not_found", message: "The resource you requested could not be found." });
    } else if (method === "DELETE") {
      this.tags.delete(name);
      send(204);
    } else {
      send(200, { tag: { name, resources: { count: 0 } } });
    }
  }
}

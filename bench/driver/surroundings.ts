import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

import { Driver } from "../../driver/driver";
import { type Engine, findEngine, packageRoot } from "../../driver/engine";
import type { DriverOptions } from "../../driver/options";
import { token } from "../../test/fuzz/paper-cloud";
import { PaperProcess } from "../../test/fuzz/paper-process";
import { type Started, started } from "./started";
import type { BenchRequest } from "./program";

const programModule = join(__dirname, "program.js");

/** A cloud on paper in a process of its own, a driver, and what Pulumi needs to deploy the same program by itself. */
export class Surroundings {
  private readonly drivers: Driver<BenchRequest>[] = [];
  private raws = 0;

  private constructor(
    readonly folder: string,
    readonly cloud: PaperProcess,
    readonly engine: Engine,
  ) {}

  static async open(): Promise<Surroundings> {
    return new Surroundings(mkdtempSync(join(tmpdir(), "deploy4me-bench-")), await PaperProcess.start(), findEngine());
  }

  get variables(): Record<string, string> {
    return { DIGITALOCEAN_TOKEN: token, DIGITALOCEAN_API_URL: this.cloud.url };
  }

  driver(options: Partial<DriverOptions<BenchRequest>> = {}): Driver<BenchRequest> {
    const driver = new Driver<BenchRequest>({
      home: join(this.folder, "driver"),
      credentials: { mode: "guard", environment: () => Promise.resolve(this.variables) },
      program: { module: programModule, export: "measured", project: "bench", stack: ({ name }) => name },
      ...options,
    });
    this.drivers.push(driver);
    return driver;
  }

  /** A project as a person would have it, of the same program: a compiled one, run by the language host. */
  async raw(request: BenchRequest): Promise<RawProject> {
    const folder = join(this.folder, `raw-${++this.raws}`);
    mkdirSync(join(folder, "state"), { recursive: true });
    mkdirSync(join(folder, "node_modules", ".bin"), { recursive: true });
    const root = packageRoot();
    symlinkSync(root, join(folder, "node_modules", "deploy4me"));
    symlinkSync(join(root, "node_modules", "@pulumi"), join(folder, "node_modules", "@pulumi"));
    symlinkSync(process.execPath, join(folder, "node_modules", ".bin", "node"));
    writeFileSync(
      join(folder, "Pulumi.yaml"),
      "name: bench\nruntime:\n  name: nodejs\n  options:\n    typescript: false\nmain: index.js\n",
    );
    writeFileSync(join(folder, "package.json"), '{ "name": "bench", "main": "index.js" }\n');
    const project = new RawProject(folder, this.engine, this.variables);
    project.request(request);
    await project.run("stack", "init", "--stack", "raw");
    return project;
  }

  async close(): Promise<void> {
    await Promise.all(this.drivers.map((driver) => driver.close()));
    await this.cloud.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** `pulumi`, as from a shell. */
export class RawProject {
  constructor(
    private readonly folder: string,
    private readonly engine: Engine,
    private readonly variables: Readonly<Record<string, string>>,
  ) {}

  request(request: BenchRequest): void {
    const text = `module.exports = require(${JSON.stringify(programModule)}).measured(${JSON.stringify(request)});\n`;
    writeFileSync(join(this.folder, "index.js"), text);
  }

  async run(...args: readonly string[]): Promise<void> {
    await this.start(...args).ended;
  }

  start(...args: readonly string[]): Started {
    return started(this.engine.pulumi, [...args, "--non-interactive", "--color", "never"], {
      cwd: this.folder,
      env: {
        PATH: [dirname(this.engine.pulumi), dirname(process.execPath), process.env.PATH ?? ""].join(delimiter),
        HOME: this.folder,
        PULUMI_HOME: dirname(this.engine.plugins),
        PULUMI_BACKEND_URL: `file://${join(this.folder, "state")}`,
        PULUMI_CONFIG_PASSPHRASE: "of the benchmark",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        ...this.variables,
      },
    });
  }
}

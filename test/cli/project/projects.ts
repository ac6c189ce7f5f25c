import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { stringify } from "yaml";

import { type JsonLine, jsonLine } from "../../../cli/project/json-lines";
import type { ProjectRequestSource } from "../../../driver/request";
import { type Ended, ExecHome, main, Running } from "../executing";

/** The command as it is shipped, and with a program for a cloud on paper. */
export const shipped = main;
export const onPaper = join(__dirname, "paper-main.js");

/** A project that is right. */
export const wiki: ProjectRequestSource = {
  project: "office",
  cloud: "digitalocean",
  region: "fra1",
  domain: "example.com",
  access: { admins: ["203.0.113.7/32"] },
  software: [{ name: "wiki", software: "dokuwiki" }],
  tls: { issuer: "private-ca" },
};

/** A home of its own, and a folder with a project's file, in which commands run. */
export class ProjectHome {
  private readonly home = new ExecHome();
  private readonly running: Running[] = [];
  readonly folder = join(this.home.directory, "work");

  constructor(private readonly program: string) {
    mkdirSync(this.folder);
  }

  get directory(): string {
    return this.home.directory;
  }

  connect(apiUrl: string, token: string): Promise<void> {
    return this.home.connect(apiUrl, token);
  }

  write(request: object | string, file = "deploy4me.yaml"): void {
    writeFileSync(join(this.folder, file), typeof request === "string" ? request : stringify(request));
  }

  start(...args: readonly string[]): Running {
    const { environment } = this.home;
    const running = new Running(
      spawn(process.execPath, [this.program, ...args], { cwd: this.folder, env: environment }),
    );
    this.running.push(running);
    return running;
  }

  /** In a terminal, which `script` makes. */
  inTerminal(...args: readonly string[]): Running {
    const words = [process.execPath, this.program, ...args];
    const line = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
    const env = { ...this.home.environment, TERM: "xterm", NO_COLOR: "1" };
    const running = new Running(spawn("script", ["-qec", `exec ${line}`, "/dev/null"], { cwd: this.folder, env }));
    this.running.push(running);
    return running;
  }

  async run(...args: readonly string[]): Promise<Ended> {
    const { child, ended } = this.start(...args);
    child.stdin?.end();
    return ended;
  }

  /** Every line of a command with `--json`, each as it is documented. */
  async json(...args: readonly string[]): Promise<{ readonly lines: readonly JsonLine[]; readonly end: JsonEnd }> {
    const { stdout, stderr } = await this.run(...args, "--json");
    if (stderr !== "") throw new Error(stderr);
    const lines = stdout
      .trimEnd()
      .split("\n")
      .map((line) => jsonLine.parse(JSON.parse(line)));
    const end = lines.at(-1);
    if (end?.kind !== "end") throw new Error(`the last line is no end: ${stdout}`);
    return { lines, end };
  }

  async close(): Promise<void> {
    for (const { child, ended } of this.running) {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await ended;
    }
    await this.home.close();
  }
}

export type JsonEnd = Extract<JsonLine, { kind: "end" }>;

/** What a `--json` result holds, by the names that lead to it. */
export function at({ result }: JsonEnd, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string | number, unknown> | undefined)?.[key], result);
}

import { spawn } from "node:child_process";

import { ImageBuildFailed } from "./errors";

export interface CommandOptions {
  /** What errors call it. Default: the program. */
  readonly name?: string;
  readonly cwd?: string;
  /** Each line of both outputs as it comes; carriage returns of progress bars count as line ends. */
  readonly line?: (line: string) => void;
  /** How long it may take before it is ended. */
  readonly timeoutMs: number;
}

/** How much of a failing program's output an error repeats. */
const lastLines = 15;

/** Runs a program to its end and hands back its standard output. Fails with the end of what it printed. */
export async function runCommand(
  [program, ...args]: readonly [string, ...string[]],
  { name = program, cwd, line = () => undefined, timeoutMs }: CommandOptions,
): Promise<string> {
  const child = spawn(program, args, {
    ...(cwd !== undefined && { cwd }),
    stdio: ["ignore", "pipe", "pipe"],
    timeout: timeoutMs,
    killSignal: "SIGTERM",
  });
  let output = "";
  const recent: string[] = [];
  const seen = (text: string): void => {
    recent.push(text);
    if (recent.length > lastLines) recent.shift();
    line(text);
  };
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const ends = [child.stdout, child.stderr].map((stream) => eachLine(stream, seen));
  const ended = await new Promise<{ code: number | null; signal: NodeJS.Signals | null; error?: Error }>((resolve) => {
    child.on("error", (error) => {
      resolve({ code: null, signal: null, error });
    });
    child.on("close", (code, signal) => {
      resolve({ code, signal });
    });
  });
  for (const end of ends) end();
  if (ended.error) {
    throw new ImageBuildFailed(`${program} can't be started: see that its package is installed (make packages).`, "", {
      cause: ended.error,
    });
  }
  if (ended.signal !== null) {
    throw new ImageBuildFailed(
      `${name} was ended by ${ended.signal} (it may take ${timeoutMs / 1000} s).`,
      tail(recent),
    );
  }
  if (ended.code !== 0) throw new ImageBuildFailed(`${name} ended with exit code ${ended.code ?? -1}.`, tail(recent));
  return output;
}

function tail(lines: readonly string[]): string {
  return lines.join("\n");
}

/** Hands on whole lines; the function returned hands on what is left at the end. */
function eachLine(stream: NodeJS.ReadableStream, line: (line: string) => void): () => void {
  let rest = "";
  stream.on("data", (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split(/[\r\n]+/);
    rest = parts.pop() ?? "";
    for (const part of parts) if (part !== "") line(part);
  });
  return () => {
    if (rest !== "") line(rest);
  };
}

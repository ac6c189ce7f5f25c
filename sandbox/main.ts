import { join } from "node:path";
import { parseArgs } from "node:util";

import { openClock } from "./clock-file";
import { type Daemon, startDaemon } from "./daemon";
import { contractVariable } from "./digitalocean/contract-log";
import { openHosts } from "./hosts/room";

const usage = "usage: main.js DIRECTORY IMAGE [--clock TIME|real] [--no-rate-limits] [--aws MOTO]";

/**
 * The daemon's process: `node dist/sandbox/main.js DIRECTORY IMAGE`. It says what it does on standard output, a line
 * each, and ends in order on SIGTERM, at any time.
 */
function main(args: readonly string[]): void {
  const started = start(args);
  started.catch((error: unknown) => {
    // The last line is what whoever started it shows.
    log(`the sandbox could not start: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  });
  endInOrder(started);
}

async function start(args: readonly string[]): Promise<Daemon> {
  const { positionals, values } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      clock: { type: "string" },
      "no-rate-limits": { type: "boolean", default: false },
      // Where moto is; AWS is there when this is.
      aws: { type: "string" },
    },
  });
  const [directory, image] = positionals;
  if (directory === undefined || image === undefined) throw new Error(usage);
  return startDaemon({
    directory,
    openRoom: (room, report) => openHosts({ directory: room, image, log: report }),
    openClock: (file) => openClock(file, values.clock),
    rateLimits: !values["no-rate-limits"],
    watched: process.env[contractVariable] === "1",
    ...(values.aws !== undefined && {
      aws: { environment: values.aws, source: join(__dirname, "..", "..", "sandbox", "aws") },
    }),
    log,
  });
}

/** What is half up has to be all up before it can be taken down. */
function endInOrder(started: Promise<Daemon>): void {
  let ending = false;
  const end = (code: number): void => {
    if (ending) return;
    ending = true;
    started
      .then((daemon) => daemon.close())
      .then(
        () => process.exit(code),
        (error: unknown) => {
          fail("could not be taken down in order", error);
          process.exit(1);
        },
      );
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      end(0);
    });
  }
  // A terminal that goes away is no reason to end.
  process.on("SIGHUP", () => undefined);
  process.on("uncaughtException", (error) => {
    fail("met an error that nothing was prepared for", error);
    end(1);
  });
}

function log(line: string): void {
  process.stdout.write(`${new Date().toISOString()} ${line}\n`);
}

function fail(what: string, error: unknown): void {
  log(`the sandbox ${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
}

main(process.argv.slice(2));

import { type Daemon, startDaemon } from "./daemon";
import { openHosts } from "./hosts/room";

/**
 * The daemon's process: `node dist/sandbox/main.js DIRECTORY IMAGE`. It says what it does on standard output, a line
 * each, and ends in order on SIGTERM, at any time.
 */
function main([directory, image]: readonly string[]): void {
  if (directory === undefined || image === undefined) throw new Error("usage: main.js DIRECTORY IMAGE");
  const openRoom = (room: string, report: (line: string) => void) => openHosts({ directory: room, image, log: report });
  const started = startDaemon({ directory, openRoom, log });
  started.catch((error: unknown) => {
    // The last line is what whoever started it shows.
    log(`the sandbox could not start: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  });
  endInOrder(started);
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

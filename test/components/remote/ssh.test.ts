import type { Client } from "ssh2";

import { ConnectionLost, OutputTooLarge, Timeout } from "../../../components/remote/errors";
import { connect, type RunOptions, withSession } from "../../../components/remote/ssh";
import { openHop } from "../../../components/remote/ssh-hop";
import { closeIdleLines } from "../../../components/remote/ssh-lines";
import { completeScript, remoteCommand } from "../../../components/remote/ssh-run";
import { type Sshd, startSshd } from "./sshd";

describe("a script on a machine", () => {
  let machine: Sshd;

  beforeAll(async () => {
    machine = await startSshd();
  });
  afterAll(async () => {
    closeIdleLines();
    await machine.stop();
  });

  const run = (script: string, options: RunOptions = {}) =>
    withSession(machine.endpoint, {}, (session) => session.run(script, options));

  test("returns what it wrote, and its exit code", async () => {
    await expect(run("echo out; echo err >&2; exit 3")).resolves.toEqual({ code: 3, stdout: "out\n", stderr: "err\n" });
  });

  test("that a signal ended returns 128 and the signal's number", async () => {
    await expect(run("kill -KILL $$")).resolves.toMatchObject({ code: 137 });
  });

  test.each(["plain", 'it\'s "$(id)" `id`', "two\nlines\n\n", "-n", "", "ä ✓"])(
    "gets %p as a variable and on standard input, unchanged",
    async (value) => {
      const { stdout } = await run(`printf '%s|' "$VALUE"; cat`, { environment: { VALUE: value }, stdin: value });
      expect(stdout).toBe(`${value}|${value}`);
    },
  );

  test("has an empty standard input when it gets none", async () => {
    await expect(run("cat; echo end")).resolves.toMatchObject({ stdout: "end\n" });
  });

  test("is in no command line of the machine, nor are its variables and its standard input", async () => {
    const secret = "hunter2-hunter2";
    const { stdout } = await run("for file in /proc/[0-9]*/cmdline; do tr '\\0' ' ' <$file; echo; done", {
      environment: { SECRET: secret },
      stdin: secret,
    });
    // That the list is one is seen by the command that brings the script.
    expect(stdout).toMatch(/^timeout --kill-after=5 60 bash -c .* deploy4me \d+ $/m);
    expect(stdout).not.toContain("/proc/[0-9]*/cmdline");
    expect(stdout).not.toContain(secret);
    expect(stdout).not.toContain(Buffer.from(secret).toString("base64"));
  });

  test("hands on every line while it runs, also the last without an end", async () => {
    const lines: string[] = [];
    await run("echo one; echo two >&2; printf 'thr\\xc3'; sleep 0.05; printf '\\xa4'", {
      onLine: (line) => lines.push(line),
    });
    expect(lines.sort()).toEqual(["one", "thrä", "two"]);
  });

  test("of which a part is missing does not run at all", async () => {
    const whole = completeScript("touch /run/half\ntrue");
    const client = await openHop(machine.endpoint, 15_000);
    const code = await rawExec(client, remoteCommand(whole.length, 60_000), whole.slice(0, -10));
    client.end();
    expect(code).toBe(97);
    await expect(run("ls /run/half")).resolves.toMatchObject({ code: 2 });
  });

  test("that takes too long is ended here and on the machine, with its children", async () => {
    const slow = run("echo $$ >/run/slow; sleep 300 & echo $! >>/run/slow; wait", {
      timeoutMs: 1_000,
      action: "waiting",
    });
    await expect(slow).rejects.toThrow(Timeout);
    await expect(slow).rejects.toThrow("127.0.0.1 was still waiting after 1 s, and the command was ended.");
    const { stdout } = await run(
      "while read -r pid; do [ -e /proc/$pid ] && echo alive; done </run/slow; wc -l </run/slow",
    );
    expect(stdout).toBe("2\n");
  });

  test("that writes more than can be kept is an error, and ended on the machine", async () => {
    await expect(run("echo $$ >/run/endless; exec yes")).rejects.toThrow(OutputTooLarge);
    const { code } = await run(
      "for _ in $(seq 100); do [ -e /proc/$(cat /run/endless) ] || exit 0; sleep 0.1; done; exit 1",
    );
    expect(code).toBe(0);
  });

  test("keeps only the end of a long standard error", async () => {
    const { stderr } = await run("seq 100000 >&2");
    expect(stderr).toHaveLength(256 * 1024);
    expect(stderr.endsWith("\n99999\n100000\n")).toBe(true);
  });

  test("whose connection breaks is an error, and is not run again", async () => {
    const cut = run(`echo run >>/run/once; kill -KILL ${sessionProcess}; sleep 300`);
    await expect(cut).rejects.toThrow(ConnectionLost);
    await expect(run("cat /run/once")).resolves.toMatchObject({ stdout: "run\n" });
  });

  test("on a machine that hangs is given up", async () => {
    const session = await connect(machine.endpoint, { fresh: true });
    const hung = session.run(`kill -STOP ${sessionProcess}; sleep 300`, { timeoutMs: 500 });
    await expect(hung).rejects.toThrow(Timeout);
  }, 30_000);

  test("goes over a new connection when the shared one died unnoticed", async () => {
    const session = await connect(machine.endpoint);
    const before = (await session.run(`echo ${sessionProcess}`)).stdout;
    await withSession(machine.endpoint, { fresh: true }, (other) => other.run(`kill -KILL ${before}`));
    const after = (await session.run(`echo ${sessionProcess}`)).stdout;
    session.close();
    expect(after).toMatch(/^\d+\n$/);
    expect(after).not.toBe(before);
  });

  test("shares one connection with others, unless a fresh one is asked for", async () => {
    const process = async (fresh: boolean) =>
      (await withSession(machine.endpoint, { fresh }, (session) => session.run(`echo ${sessionProcess}`))).stdout;
    const [one, two, fresh] = await Promise.all([process(false), process(false), process(true)]);
    expect(two).toBe(one);
    expect(fresh).not.toBe(one);
  });

  test.each([
    ["a NUL in the script", "echo \0", {}, "a script can't contain a NUL character"],
    ["a NUL in a variable", "true", { A: "\0" }, "the variable A can't contain a NUL character"],
    ["a variable that is none", "true", { "a-b": "" }, "a-b can't be the name of a variable"],
  ])("with %s is refused", async (_, script, environment, message) => {
    await expect(run(script, { environment })).rejects.toThrow(message);
  });
});

/** The process that serves the connection: the parent of `timeout`, which is the script's. */
const sessionProcess = `$(cut -d' ' -f4 /proc/$PPID/stat)`;

function rawExec(client: Client, command: string, input: string): Promise<number> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => {
      if (error) {
        reject(error);
        return;
      }
      channel.on("exit", resolve);
      channel.resume();
      channel.end(input);
    });
  });
}

import { spawn } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { Scripted, sendJson } from "../guard/scripted";
import { ExecHome, main, Running } from "./executing";

const token = "dop_v1_canary_of_exec_0123456789";

/** Programs for `node -e`. */
const ask = `fetch(process.env.DIGITALOCEAN_API_URL + "/v2/cdn/endpoints", { headers: { authorization: "Bearer " + process.env.DIGITALOCEAN_TOKEN } })
  .then(async (answer) => console.log(answer.status, await answer.text()))`;
const wait = (signals: string) => `let got = [];
  for (const signal of ${signals}) process.on(signal, () => { got.push(signal); setTimeout(() => { console.log("got", got.join()); process.exit(7); }, 300); });
  console.log("ready"); setInterval(() => undefined, 1000);`;

describe("deploy4me exec", () => {
  let api: Scripted;
  let home: ExecHome;
  beforeEach(async () => {
    api = await Scripted.open((response) => {
      sendJson(response, { endpoints: [] });
    });
    home = new ExecHome();
  });
  afterEach(async () => {
    await home.close();
    await api.close();
  });
  const node = (program: string): string[] => ["--", process.execPath, "-e", program];

  describe("without a connection", () => {
    test("says how to make one, and starts nothing", async () => {
      const { code, stdout, stderr } = await home.run(node("console.log('started')"));
      expect([code, stdout]).toEqual([1, ""]);
      expect(stderr).toBe(
        "deploy4me: there is no connection to DigitalOcean yet. Make one with: deploy4me connect digitalocean\n",
      );
    });

    test("of the name that is asked for, says which there are", async () => {
      await home.connect(api.url, token);
      const { code, stderr } = await home.run(["--connection", "other", ...node("0")]);
      expect([code, stderr]).toEqual([1, expect.stringContaining("«other» to DigitalOcean, but main.") as string]);
    });

    test("that is meant for certain, asks which", async () => {
      await home.connect(api.url, token);
      await home.connect(api.url, token, "second");
      const { code, stderr } = await home.run(node("0"));
      expect([code, stderr]).toEqual([1, expect.stringContaining("--connection (main, second)") as string]);
      expect((await home.run(["--connection", "second", ...node("process.exit(4)")])).code).toBe(4);
    });
  });

  describe("with a connection", () => {
    beforeEach(() => home.connect(api.url, token));

    test("lets the command ask the API by a ticket, and nothing of the token is in its environment", async () => {
      const { code, stdout } = await home.run(node(`${ask}.then(() => console.log(JSON.stringify(process.env)))`));
      expect(code).toBe(0);
      const [answer = "", environment = ""] = stdout.split("\n");
      expect(answer).toBe('200 {"endpoints":[]}');
      expect(api.arrived).toMatchObject([{ url: "/v2/cdn/endpoints", headers: { authorization: `Bearer ${token}` } }]);
      const variables = JSON.parse(environment) as Record<string, string>;
      expect(variables.DIGITALOCEAN_ACCESS_TOKEN).toBe(variables.DIGITALOCEAN_TOKEN);
      expect(variables.DIGITALOCEAN_TOKEN).toMatch(/^d4m_v1_/);
      expect(variables.DIGITALOCEAN_API_URL).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
      expect(environment).not.toContain(token);
    });

    test("keeps what it keeps for its owner alone, and the token in none of it", async () => {
      await home.run(node(ask));
      const directory = join(home.directory, "connections");
      for (const file of readdirSync(directory)) {
        expect([file, statSync(join(directory, file)).mode & 0o077]).toEqual([file, 0]);
        expect([file, readFileSync(join(directory, file)).includes(token)]).toEqual([file, false]);
      }
    });

    test("passes arguments, standard streams and the exit code through", async () => {
      const program = `process.stdin.on("data", (d) => process.stdout.write("in:" + d)); console.error("err");
        console.log(JSON.stringify(process.argv.slice(1))); process.on("exit", () => { process.exitCode = 42; })`;
      const args = ["--", process.execPath, "-e", program, "--", "--stack", "x y", "--help"];
      const { code, stdout, stderr } = await home.run(args, { input: "hello" });
      expect([code, stdout, stderr]).toEqual([42, '["--stack","x y","--help"]\nin:hello', "err\n"]);
    });

    test("ends as shells do when the command can't be started or is killed", async () => {
      const missing = await home.run(["--", "no-such-command"]);
      expect([missing.code, missing.stderr]).toEqual([127, expect.stringContaining("«no-such-command»") as string]);
      const file = join(home.directory, "no-program");
      writeFileSync(file, "", { mode: 0o600 });
      expect((await home.run(["--", file])).code).toBe(126);
      expect((await home.run(node("process.kill(process.pid, 'SIGKILL')"))).code).toBe(137);
    });

    test("hands a signal on, and waits for the command's end", async () => {
      for (const signal of ["SIGTERM", "SIGHUP"] as const) {
        const running = await home.start(node(wait('["SIGTERM", "SIGHUP"]'))).until("ready");
        running.child.kill(signal);
        expect(await running.ended).toMatchObject({ code: 7, stdout: `ready\ngot ${signal}\n` });
      }
    });

    /**
     * In a terminal, which `script` makes. By the shell's `exec`: a shell that stays takes Ctrl-C as well, and ends in its
     * own way (dash: 130, whatever the command's code).
     */
    const inTerminal = (...command: string[]): Running => {
      const words = [process.execPath, main, "exec", "--", ...command];
      const line = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
      return new Running(spawn("script", ["-qec", `exec ${line}`, "/dev/null"], { env: home.environment }));
    };

    test("leaves Ctrl-C in a terminal to the command", async () => {
      const running = await inTerminal(process.execPath, "-e", wait('["SIGINT"]')).until("ready");
      running.child.stdin?.write("\u0003");
      expect((await running.ended).code).toBe(7);
      expect(running.stdout).toContain("got SIGINT\r\n");
    });

    test("does not hand Ctrl-C in a terminal on as well: twice would mean something else", async () => {
      const program = `console.log("parent " + process.ppid + "."); ${wait('["SIGINT", "SIGTERM"]')}`;
      // Out of the terminal's reach, it gets only what is handed on.
      const running = await inTerminal("setsid", process.execPath, "-e", program).until("ready");
      running.child.stdin?.write("\u0003");
      await running.until(/\^C/);
      process.kill(Number(/parent (\d+)\./.exec(running.stdout)?.[1]), "SIGTERM");
      await running.ended;
      expect(running.stdout).toContain("got SIGTERM\r\n");
    });

    test("lets one command at a time work on a stack, and says who it is", async () => {
      const first = await home.start(node(wait('["SIGTERM"]'))).until("ready");
      const second = await home.run(node("0"));
      expect([second.code, second.stderr]).toEqual([
        1,
        expect.stringMatching(/«node» \(process \d+\) works on the stack «default»/),
      ]);
      expect((await home.run(["--stack", "other", ...node("process.exit(3)")])).code).toBe(3);
      first.child.kill("SIGTERM");
      expect((await first.ended).code).toBe(7);
      expect((await home.run(node("process.exit(5)"))).code).toBe(5);
    });

    test("frees the stack however it ends, and no ticket outlives it", async () => {
      const program = `console.log(process.env.DIGITALOCEAN_API_URL, process.env.DIGITALOCEAN_TOKEN); setInterval(() => process.ppid === 1 && process.exit(), 20)`;
      const running = await home.start(node(program)).until(/d4m_v1_\w{64}/);
      const [url = "", ticket = ""] = running.stdout.trim().split(" ");
      const headers = { authorization: `Bearer ${ticket}` };
      expect((await fetch(`${url}/v2/cdn/endpoints`, { headers })).status).toBe(200);
      running.child.kill("SIGKILL");
      await running.ended;
      await expect(fetch(`${url}/v2/cdn/endpoints`, { headers })).rejects.toThrow();
      const again = await home.run(node("console.log(process.env.DIGITALOCEAN_TOKEN)"));
      expect([again.code, again.stdout.trim()]).toEqual([0, ticket]);
    });

    test("refuses the requests of a command whose stack was taken over", async () => {
      const first = await home
        .start(node(`process.stdin.on("data", () => ${ask}); console.log("ready")`))
        .until("ready");
      expect((await home.run(["--take-over", ...node("0")])).code).toBe(0);
      first.child.stdin?.write("?");
      await first.until("deploy4me_lease_ended");
      expect(first.stdout).toContain("403");
      first.child.stdin?.end();
      await first.ended;
    });
  });
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { type Home, home as homeOf } from "../../../cli/home";
import { type PulumiResult, tryPulumi } from "../../../cli/pulumi";
import type { FirewallRule } from "../../../components/remote/iptables/rules";
import { useMachine } from "../remote/iptables/machine";

jest.setTimeout(180_000);

/** What people see of a firewall: the engine, a real machine, and its rules changed by hand. */
describe("a firewall on the engine", () => {
  const machine = useMachine({ reset: "once" });
  const directory = mkdtempSync(join(tmpdir(), "deploy4me-firewall-"));
  const declaration = join(directory, "firewall.json");
  const project = join(directory, "project");
  let home: Home;

  const answers: FirewallRule[] = [
    { chain: "INPUT", state: ["ESTABLISHED"], action: "ACCEPT", comment: "answers" },
    { chain: "OUTPUT", state: ["ESTABLISHED"], action: "ACCEPT", comment: "answers" },
  ];
  const admit = (port: number, comment: string, source?: string): FirewallRule => ({
    chain: "INPUT",
    protocol: "tcp",
    destinationPorts: [port],
    action: "ACCEPT",
    comment,
    ...(source !== undefined && { source }),
  });
  const declare = (host: string, ...rules: readonly FirewallRule[]): void => {
    const connection = { ...machine().endpoint, host };
    writeFileSync(declaration, JSON.stringify({ connection, ruleset: { rules: [...answers, ...rules] } }));
  };
  const command = (...args: string[]): Parameters<typeof tryPulumi> => [
    home,
    { apiUrl: "http://127.0.0.1:9", tokenFile: join(directory, "token"), deployer: "203.0.113.7/32" },
    [...args, "--stack", "firewall"],
    { cwd: project, timeoutMs: 120_000, environment: { DEPLOY4ME_TEST_FIREWALL: declaration } },
  ];
  let said = "";
  const attempt = async (...args: string[]): Promise<PulumiResult> => {
    const result = await tryPulumi(...command(...args));
    said += result.stdout + result.stderr;
    return result;
  };
  const run = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await attempt(...args);
    if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}: ${stdout}${stderr}`);
    return stdout;
  };
  /** Rules that come and go, as the engine marks them. */
  const changes = (output: string): string[] =>
    output
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => /^[-+] (nft:|-)/.test(line));

  beforeAll(async () => {
    home = homeOf({ DEPLOY4ME_HOME: directory });
    writeFileSync(join(directory, "token"), "none", { mode: 0o600 });
    mkdirSync(project);
    writeFileSync(
      join(project, "Pulumi.yaml"),
      JSON.stringify({ name: "test", runtime: "nodejs", main: require.resolve("./ruleset-program") }),
    );
    const { endpoint, source } = machine();
    declare(endpoint.host, admit(22, "SSH", source), admit(80, "web"), admit(8080, "reports"));
    await run("stack", "init");
    await run("up", "--yes", "--skip-preview");
  });
  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  test("has nothing to change a second time, nor after a refresh", async () => {
    await run("up", "--yes", "--skip-preview", "--expect-no-changes", "--refresh");
  });

  test("is previewed as the rules that come and go, wherever they stand", async () => {
    const { endpoint, source } = machine();
    declare(endpoint.host, admit(22, "SSH", source), admit(443, "web"), admit(80, "web"));
    expect(changes(await run("preview", "--diff"))).toEqual([
      "+ -p tcp -m tcp --dport 443 -m comment --comment web -j ACCEPT",
      "- -p tcp -m tcp --dport 8080 -m comment --comment reports -j ACCEPT",
      "+ -p tcp -m tcp --dport 443 -m comment --comment web -j ACCEPT",
      "- -p tcp -m tcp --dport 8080 -m comment --comment reports -j ACCEPT",
    ]);
    declare(endpoint.host, admit(22, "SSH", source), admit(80, "web"), admit(8080, "reports"));
  });

  test("that was changed by hand shows in a preview and in a refresh, and the next up mends it", async () => {
    const made = "nft: ct state new accept";
    const removed = "-p tcp -m tcp --dport 80 -m comment --comment web -j ACCEPT";
    await machine().console("nft insert rule ip filter INPUT ct state new accept; ip6tables -D INPUT 2");
    const [drift, mending] = [
      [`+ ${made}`, `- ${removed}`],
      [`- ${made}`, `+ ${removed}`],
    ];
    expect(changes(await run("preview", "--diff", "--refresh"))).toEqual([...drift, ...mending]);
    expect(changes(await run("refresh", "--yes", "--skip-preview", "--diff"))).toEqual(drift);
    expect(changes(await run("up", "--yes", "--skip-preview", "--diff"))).toEqual(mending);
    const found = await machine().console("nft list ruleset; ip6tables -S");
    expect(found).not.toContain("ct state new accept");
    expect(found).toContain(`-A INPUT ${removed}`);
  });

  test("of a machine that can't be reached makes a refresh fail, and stays in the state", async () => {
    await machine().console("ip link set eth0 down");
    try {
      const { code, stdout, stderr } = await attempt("refresh", "--yes", "--skip-preview");
      expect(code).not.toBe(0);
      expect(`${stdout}${stderr}`).toContain(`${machine().endpoint.host} can't be reached by SSH`);
    } finally {
      await machine().console("ip link set eth0 up");
    }
    expect(await run("stack", "export")).toContain("HostFirewall::office");
  });

  test("keeps the key to its machine as ciphertext, and shows it nowhere", () => {
    const secret = machine().endpoint.privateKey.split("\n")[2] ?? "";
    expect(secret.length).toBeGreaterThan(40);
    expect(said).toContain('"ciphertext"');
    expect(said).not.toContain(secret);
  });

  test("leaves its machine with the baseline when it is removed", async () => {
    await run("destroy", "--yes", "--skip-preview");
    await expect(machine().console("nft list tables")).resolves.toContain("table inet deploy4me_baseline\n");
  });
});

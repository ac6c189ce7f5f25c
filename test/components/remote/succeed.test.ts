import { CommandFailed, type Place } from "../../../components/remote/errors";
import { redact, redacted } from "../../../components/remote/redaction";
import type { RunResult } from "../../../components/remote/ssh";
import { succeed } from "../../../components/remote/succeed";

const place: Place = { host: "10.20.0.3", proxy: "203.0.113.16", hop: "target" };
const answering = (result: Partial<RunResult>) => ({
  place,
  run: () => Promise.resolve({ code: 0, stdout: "", stderr: "", ...result }),
});
const failure = async (result: Partial<RunResult>, secrets: string[] = []): Promise<CommandFailed> => {
  const error = await succeed(answering(result), "x", { action: "installing", secrets }).catch((e: unknown) => e);
  if (error instanceof CommandFailed) return error;
  throw new Error("it did not fail");
};

describe("a script that has to succeed", () => {
  test("gives what it wrote", async () => {
    await expect(succeed(answering({ stdout: "1\n" }), "x", { action: "counting" })).resolves.toBe("1\n");
  });

  test("fails with the machine, what it did, and the end of its standard error", async () => {
    const stderr = Array.from({ length: 30 }, (_, line) => `line ${line}`).join("\n");
    const { message, exitCode, output } = await failure({ code: 7, stdout: "noise", stderr });
    expect(message).toMatch(
      /^10\.20\.0\.3 \(through the SSH proxy 203\.0\.113\.16\) failed at installing \(exit code 7\)\./,
    );
    expect(exitCode).toBe(7);
    expect(output.split("\n")).toHaveLength(20);
    expect(output.endsWith("line 29")).toBe(true);
  });

  test("shows its standard output when it said nothing else", async () => {
    expect((await failure({ code: 1, stdout: "why\n", stderr: " \n" })).output).toBe("why");
  });

  test("fails without the secrets it was given", async () => {
    const { message } = await failure({ code: 1, stderr: "login with hunter22 was refused" }, ["hunter22"]);
    expect(message).toContain(`login with ${redacted} was refused`);
    expect(message).not.toContain("hunter22");
  });
});

describe("redaction", () => {
  const key = "-----BEGIN KEY-----\nAbCdEf123456\n-----END KEY-----\n";

  test.each([
    ["as it is", "say hunter22!", "hunter22", `say ${redacted}!`],
    ["in JSON", '{"p":"a\\"b\\\\c"}', 'a"b\\c', `{"p":"${redacted}"}`],
    ["quoted for a shell", "p='it'\\''s it'", "it's it", `p='${redacted}'`],
    ["in an address", "http://u:a%2Fb%20c@h", "a/b c", `http://u:${redacted}@h`],
    ["in base64", "Basic aHVudGVyMjI=", "hunter22", `Basic ${redacted}`],
    ["by one of its lines", "bad line: AbCdEf123456", key, `bad line: ${redacted}`],
  ])("finds a secret %s", (_, text, secret, shown) => {
    expect(redact(text, [secret])).toBe(shown);
  });

  test("takes the longer one first, so that nothing of it stays", () => {
    expect(redact("hunter22-long", ["hunter22", "hunter22-long"])).toBe(redacted);
  });

  test("leaves alone what is too short to be one", () => {
    expect(redact("a title in en", ["en", "", "\n"])).toBe("a title in en");
  });
});

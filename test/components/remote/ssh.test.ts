import { withSession } from "../../../components/remote/ssh";
import { closeIdleLines } from "../../../components/remote/ssh-lines";
import { type Sshd, startSshd } from "./sshd";

describe("a session on a machine", () => {
  let machine: Sshd;

  beforeAll(async () => {
    machine = await startSshd();
  });
  afterAll(async () => {
    closeIdleLines();
    await machine.stop();
  });

  const run = (script: string, options = {}) =>
    withSession(machine.endpoint, {}, (session) => session.run(script, options));

  it("returns what a script wrote, and its exit code", async () => {
    expect(await run("echo out; echo err >&2; exit 3")).toEqual({ code: 3, stdout: "out\n", stderr: "err\n" });
  });
});

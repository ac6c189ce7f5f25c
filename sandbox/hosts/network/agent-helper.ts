import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { join } from "node:path";

import { metadataAddress, outside } from "./addresses";
import type { Layout } from "./addresses";
import { isAgentReply } from "./agent-messages";
import type { AgentState } from "./agent-messages";
import { inNamespace } from "./command";
import { HelperFailed } from "./errors";
import { Helper } from "./helper";

const title = "The metadata service and resolver";
const applyMs = 10_000;

/** The process in the router's namespace that serves metadata and names (agent.ts). */
export class Agent {
  private readonly helper: Helper<ChildProcess>;
  private state: AgentState = { sequence: 0, zones: [], serial: 1, metadata: [] };

  constructor(layout: Layout, log: (line: string) => void) {
    this.helper = new Helper({
      title,
      log,
      start: () => {
        const script = [
          process.execPath,
          join(__dirname, "agent.js"),
          metadataAddress,
          layout.gateway.ipv4,
          outside.resolver,
        ];
        const [program, args] = inNamespace(layout.router, script);
        const child = spawn(program, args, {
          stdio: ["ignore", "ignore", "pipe", "ipc"],
          env: { PATH: process.env.PATH },
        });
        child.stderr?.on("data", (text: Buffer) => {
          log(`${title}: ${text.toString().trimEnd()}`);
        });
        return child;
      },
      // After a restart it has to know everything again.
      ready: async (child) => {
        await replied(child, 0);
        await tell(child, this.state);
      },
      stop: (child) => {
        if (child.connected) child.disconnect();
      },
    });
  }

  start(): Promise<void> {
    return this.helper.start();
  }

  close(): Promise<void> {
    return this.helper.close();
  }

  /**
   * Makes it answer so from now on.
   * @throws HelperFailed when it does not confirm within 10 s
   */
  async serve(state: Omit<AgentState, "sequence">): Promise<void> {
    this.state = { ...state, sequence: this.state.sequence + 1 };
    // While it is being restarted there is nobody to tell: it is told when it is up.
    const child = this.helper.running;
    if (child?.connected === true) await tell(child, this.state);
  }
}

async function tell(child: ChildProcess, state: AgentState): Promise<void> {
  const applied = replied(child, state.sequence);
  child.send(state, (error) => {
    if (error !== null) child.emit("undelivered", error);
  });
  await applied;
}

/** @throws HelperFailed when the process ends or says nothing */
function replied(child: ChildProcess, sequence: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => () => {
      end(new HelperFailed(title, reason));
    };
    const failed = fail("ended before it confirmed a change");
    const timer = setTimeout(fail(`did not confirm a change within ${applyMs / 1000} s`), applyMs);
    const hear = (message: unknown) => {
      if (isAgentReply(message) && message.applied >= sequence) end();
    };
    const end = (error?: Error) => {
      clearTimeout(timer);
      child.off("message", hear);
      child.off("exit", failed);
      child.off("undelivered", failed);
      if (error === undefined) resolve();
      else reject(error);
    };
    child.on("message", hear);
    child.once("exit", failed);
    child.once("undelivered", failed);
  });
}

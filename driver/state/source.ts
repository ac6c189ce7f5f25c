import { messageOf } from "../cause";
import type { EngineCli } from "../runner/cli";
import { qualifiedName, type StackId } from "../stack-id";
import type { Backend } from "./backend";
import { FileStore } from "./file-store";
import { PostgresStore } from "./postgres-store";
import { parseState, type StackState, StateUnreadable } from "./state";
import type { StateStore } from "./state-store";

/** The engine's exit code for «no such stack» (`cmdutil.ExitStackNotFound`, version 3.259.0). */
const stackNotFound = 6;

/** Reads states: by itself from a backend it knows, by the engine from any other. */
export class StateSource {
  /** Absent where the engine alone knows the backend. */
  readonly store: StateStore | undefined;

  constructor({ folder, postgres }: Backend) {
    if (folder !== undefined) this.store = new FileStore(folder);
    else if (postgres !== undefined) this.store = new PostgresStore(postgres.url, postgres.table, postgres.prefix);
  }

  /**
   * @returns nothing when there is no such stack
   * @throws StateUnreadable
   */
  async read(stack: StackId, cli: EngineCli): Promise<StackState | undefined> {
    const text = this.store === undefined ? await exported(stack, cli) : await this.stored(this.store, stack);
    return text === undefined ? undefined : parseState(stack, text);
  }

  /** Whatever lies where the state should be; empty where the engine alone could read it. */
  async raw(stack: StackId): Promise<string> {
    return (await this.store?.raw(stack)) ?? "";
  }

  async close(): Promise<void> {
    await this.store?.close();
  }

  private async stored(store: StateStore, stack: StackId): Promise<string | undefined> {
    try {
      return await store.read(stack);
    } catch (cause) {
      throw new StateUnreadable(stack, messageOf(cause), { cause });
    }
  }
}

async function exported(stack: StackId, cli: EngineCli): Promise<string | undefined> {
  const args = ["stack", "export", "--stack", qualifiedName(stack)];
  const { code, stdout, stderr } = await cli.try({ args });
  if (code === 0) return stdout;
  if (code === stackNotFound) return undefined;
  throw new StateUnreadable(stack, stderr.trim());
}

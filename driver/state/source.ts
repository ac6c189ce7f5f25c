import { messageOf } from "../cause";
import { DriverError } from "../errors";
import type { EngineCli } from "../runner/cli";
import { qualifiedName, type StackId } from "../stack-id";
import type { Backend } from "./backend";
import { FileStore } from "./file-store";
import { PostgresStore } from "./postgres-store";
import { parseState, type StackState, StateUnreadable } from "./state";
import type { StateStore } from "./state-store";

/** The engine's exit code for «no such stack» (`cmdutil.ExitStackNotFound`, version 3.259.0). */
const stackNotFound = 6;

/** The driver does not know how to list this backend's stacks. */
export class BackendNotListed extends DriverError {
  override readonly name = "BackendNotListed";
  readonly code = "BACKEND_NOT_LISTED";

  constructor() {
    super(
      "the stacks of this backend can't be listed, so that nobody knows what is in no state. " +
        "A sweep needs states in a folder (file://) or in PostgreSQL (postgres://).",
    );
  }
}

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

  /**
   * All stacks of the backend.
   * @throws BackendNotListed where the engine alone knows the backend
   */
  list(): Promise<readonly StackId[]> {
    if (this.store === undefined) return Promise.reject(new BackendNotListed());
    return this.store.list();
  }

  /** A stack's state as an export has it, from a backend that the driver knows; nothing when there is no such stack. */
  async text(stack: StackId): Promise<string | undefined> {
    return this.store === undefined ? undefined : this.stored(this.store, stack);
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

import type { DirectCredentials, GuardCredentials } from "../../driver/credentials";
import type { Leases } from "../../driver/lease/lease";
import { nameOf, type StackId } from "../../driver/stack-id";
import type { WrittenIntents } from "../../guard/intents/intents";
import type { OpenConnection } from "../connection";
import type { OperationGuard } from "../guard";
import type { Home } from "../home";
import { tokenKey } from "../token";

/**
 * The engine's providers speak to a guard of this process, which serves a stack while an operation's lease is held on it. It
 * is opened for the first operation that needs it, and serves the next ones too.
 */
export class GuardedAccess implements GuardCredentials {
  readonly mode = "guard";
  private readonly guards = new Map<string, OperationGuard>();

  constructor(
    private readonly home: Home,
    private readonly connection: OpenConnection,
    private readonly leases: Leases,
  ) {}

  async environment(stack: StackId, signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
    // What can't go on without a person is told now, and not by the engine's first request.
    await this.connection.tokens.current(signal);
    const { url, ticket } = await this.guardOf(stack);
    return { DIGITALOCEAN_API_URL: url, DIGITALOCEAN_TOKEN: ticket };
  }

  /** What the stack's guard has written down of creations: a recovery looks into it. */
  creations(stack: StackId): WrittenIntents | undefined {
    return this.guards.get(nameOf(stack))?.intents;
  }

  async close(): Promise<void> {
    for (const guard of this.guards.values()) await guard.close();
  }

  private async guardOf(stack: StackId): Promise<OperationGuard> {
    const name = nameOf(stack);
    const known = this.guards.get(name);
    if (known !== undefined) return known;
    // Most commands only look at what is here.
    const { openGuardUnder } = await import("../guard.js");
    const guard = await openGuardUnder(this.leases, this.home, this.connection, name);
    this.guards.set(name, guard);
    return guard;
  }
}

/** The engine's providers speak to DigitalOcean itself, with the connection's own token as a secret of the stack. */
export function directAccess({ apiUrl, tokens }: OpenConnection): DirectCredentials {
  return {
    mode: "direct",
    secrets: async (_stack, signal) => ({ [tokenKey]: (await tokens.current(signal)).value }),
    environment: () => Promise.resolve({ DIGITALOCEAN_API_URL: apiUrl.href.replace(/\/$/, "") }),
  };
}

/** Of a driver that only looks: nothing it does asks for credentials. */
export const noAccess: GuardCredentials = { mode: "guard", environment: () => Promise.resolve({}) };

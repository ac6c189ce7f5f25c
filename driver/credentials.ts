import type { KnownCreations } from "./recovery/known-creations";
import type { StackId } from "./stack-id";

/** How the engine's providers get at the cloud. Whatever is handed over here is taken out of everything the driver says. */
export type Credentials = GuardCredentials | DirectCredentials;

/** Providers speak to a guard, and show it a ticket that is worth nothing elsewhere. */
export interface GuardCredentials {
  readonly mode: "guard";
  /**
   * The guard's address and the stack's ticket, as variables of the engine's environment: the default provider reads
   * them there and records neither. Asked for before each operation, while its lease is held.
   */
  environment(stack: StackId, signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
  /**
   * What the guard knows of creations that were lost on the way; asked for after {@link environment}. Without it they are
   * recognised by their names alone. Default: nothing.
   */
  creations?(stack: StackId): KnownCreations | undefined;
}

/** Providers speak to the cloud itself, with its own short-lived token. */
export interface DirectCredentials {
  readonly mode: "direct";
  /**
   * Stack secrets to set before each operation, such as `digitalocean:token`. They are handed to the engine by standard
   * input and encrypted by it.
   */
  secrets(stack: StackId, signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
  /** Further variables of the engine's environment, such as the API's address. Default: none. */
  environment?(stack: StackId, signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
}

/** Where a cloud is, and not how one gets in: hidden, they would leave holes in every sentence about it. */
const open: readonly string[] = ["AWS_REGION", "AWS_DEFAULT_REGION", "AWS_EC2_METADATA_DISABLED"];

/** What of the engine's environment nobody may see. */
export function hiddenOf(environment: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(environment).flatMap(([name, value]) => (open.includes(name) ? [] : [value]));
}

import { z } from "zod";

/** What the engine is started with. */
export interface EngineCommand {
  readonly command: string;
  /** Without the program's address, which only the child knows. */
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly directory: string;
  /** The file that takes what it prints. */
  readonly output: string;
}

/** What an operation's process is to do: the first message it gets. */
export interface RunOrder {
  readonly kind: "run";
  readonly program: { readonly module: string; readonly export: string };
  readonly request: unknown;
  readonly engine: EngineCommand;
  /** How long the engine may take to stop after it was asked to, when nobody else is there to wait for it. */
  readonly graceMs: number;
}

/** From the driver to an operation's process. It comes through a pipe: nothing of it is in an argument. */
export type ToChild =
  | RunOrder
  /** The lease is sure for so long; without another such message everything ends by then. */
  | { readonly kind: "fence"; readonly ms: number };

/** From an operation's process to the driver. The program runs in that process, so whatever comes is looked at first. */
export const fromChild = z.discriminatedUnion("kind", [
  /** It lives, and its event loop turns. */
  z.object({ kind: z.literal("beat") }),
  /** The program could not be loaded; the engine was not started. */
  z.object({ kind: z.literal("unloadable"), message: z.string() }),
  /** Nor could the engine itself. */
  z.object({ kind: z.literal("unstartable"), message: z.string() }),
  z.object({ kind: z.literal("engine"), pid: z.int().positive() }),
  /** An error that nobody in the program waited for. */
  z.object({ kind: z.literal("stray"), message: z.string() }),
  /** Somebody outside asks it to stop (SIGINT). */
  z.object({ kind: z.literal("interrupted") }),
  z.object({ kind: z.literal("ended"), code: z.int().nullable(), signal: z.string().nullable() }),
]);
export type FromChild = z.infer<typeof fromChild>;

/** How often it says that it lives. */
export const beatMs = 1_000;

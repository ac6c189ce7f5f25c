import type { RunError } from "@pulumi/pulumi";

/**
 * The error as a person is to read it, however many properties wait for what it is about. The SDK puts the name of each before the message
 * of the one error («error serializing property …», `runtime/rpc.ts`), a hundred of them for a deployment; and it shows the stack even of
 * a `RunError` when the program itself has ended, as it has when a cloud answers (`cmd/run/index.ts`).
 */
export function inOneSentence<Told extends RunError>(error: Told): Told {
  const { message } = error;
  error.stack = "";
  return Object.defineProperty(error, "message", { get: () => message, set: () => undefined });
}

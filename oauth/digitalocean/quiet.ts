import { createRequire } from "node:module";

/*
 * With DEBUG=* in the environment, `simple-oauth2` prints each of its requests, with the client secret and the tokens. This takes
 * the word from it, and has to be loaded before it; what else DEBUG names goes on being printed.
 */
const debug: unknown = createRequire(require.resolve("simple-oauth2"))("debug");
const { DEBUG } = process.env;
if (DEBUG !== undefined && isDebug(debug)) {
  debug.enable(`${DEBUG},-simple-oauth2:*`);
  // For the programs that this one starts, nothing has changed.
  process.env.DEBUG = DEBUG;
}

function isDebug(value: unknown): value is { enable(namespaces: string): void } {
  return typeof value === "function" && "enable" in value && typeof value.enable === "function";
}

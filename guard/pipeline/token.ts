import { type AccessToken, ReconnectNeeded, type TokenSource } from "../../connections/credentials";
import { GuardProblem } from "../problems";

/** Milliseconds. A renewal is one request to the provider, and another process may be at it. */
const within = 60_000;

/** @throws GuardProblem with RECONNECT_NEEDED or TOKEN_UNAVAILABLE */
export function currentToken(tokens: TokenSource, signal: AbortSignal): Promise<AccessToken> {
  return asked(signal, (limited) => tokens.current(limited));
}

/** Another one than the API has just refused. */
export async function replacementOf(
  tokens: TokenSource,
  refused: AccessToken,
  signal: AbortSignal,
): Promise<AccessToken> {
  const token = await asked(signal, (limited) => tokens.replacement(refused, limited));
  if (token.value === refused.value) throw tokenRefused("");
  return token;
}

/** @param said what the API says of it, in brackets */
export function tokenRefused(said: string): GuardProblem {
  return new GuardProblem(
    "TOKEN_REFUSED",
    `DigitalOcean's API does not take the connection's token${said}, nor the one that came in its place. Run: deploy4me connect digitalocean`,
    { upstreamStatus: 401 },
  );
}

async function asked(signal: AbortSignal, ask: (signal: AbortSignal) => Promise<AccessToken>): Promise<AccessToken> {
  const limit = new AbortController();
  const stop = (): void => {
    limit.abort(signal.reason);
  };
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error("no token in time"));
      limit.abort(new Error("no token in time"));
    }, within);
  });
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([ask(limit.signal), late]);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof ReconnectNeeded) throw new GuardProblem("RECONNECT_NEEDED", error.message, { cause: error });
    throw new GuardProblem("TOKEN_UNAVAILABLE", `There is no token for DigitalOcean at the moment. ${why(error)}`, {
      cause: error,
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}

/** Errors of ours have a code, and a sentence without a secret. What others say may hold anything. */
function why(error: unknown): string {
  const isOurs = error instanceof Error && "code" in error && ourCode.test(String(error.code));
  return isOurs
    ? error.message
    : "The connection's could not be read or renewed: try again in some minutes; `deploy4me doctor` says more.";
}

/** Not Node's, undici's or the HTTP parser's. */
const ourCode = /^(?!(?:ERR|UND|HPE)_)[A-Z]+(?:_[A-Z]+)+$/;

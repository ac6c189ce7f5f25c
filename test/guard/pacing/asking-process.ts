import type { Clock } from "../../../guard/interfaces";
import { RateLimitReached } from "../../../guard/pacing/errors";
import { Pacing } from "../../../guard/pacing/pace";
import { ask } from "../../connections/ask";

/** What the process is to do, as JSON in its first argument. */
export interface Asking {
  readonly file: string;
  readonly url: string;
  readonly token: string;
  /** Requests at once, by stack. */
  readonly stacks: Readonly<Record<string, number>>;
  readonly longestWaitMs: number;
  readonly speed: Speed;
}

/** How fast a clock goes that every process of a test reads: an hour in a minute. */
export interface Speed {
  readonly since: number;
  readonly times: number;
}

export function fastNow({ since, times }: Speed): number {
  return since + (Date.now() - since) * times;
}

/** What came of one request: the status of its answer, or the code of the error for which it was not sent. */
export type Asked = Readonly<Record<string, number>>;

export function fastClock(speed: Speed): Clock {
  return {
    now: () => fastNow(speed),
    sleep: (milliseconds, signal) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, milliseconds / speed.times);
        signal?.addEventListener("abort", () => {
          clearTimeout(timer);
          reject(signal.reason as Error);
        });
      }),
  };
}

/** Asks as often as it was told to, each stack all at once, and sends `{ asked }` with how often each answer came: for `fork`. */
async function main({ file, url, token, stacks, longestWaitMs, speed }: Asking): Promise<void> {
  // On a busy machine a process may stand still for seconds, which are minutes here: what is on its way stays so.
  const pacing = Pacing.open({ file, clock: fastClock(speed), longestWaitMs, answerWithinMs: 600_000 });
  const asked: Record<string, number> = {};
  const one = async (stack: string): Promise<void> => {
    const what = await admittedAsk(pacing, stack, url, token);
    asked[what] = (asked[what] ?? 0) + 1;
    process.send?.({ so: what });
  };
  await Promise.all(
    Object.entries(stacks).flatMap(([stack, count]) => Array.from({ length: count }, () => one(stack))),
  );
  pacing.close();
  process.send?.({ asked });
  process.disconnect();
}

async function admittedAsk(pacing: Pacing, stack: string, url: string, token: string): Promise<string> {
  const account = "account";
  try {
    await pacing.admit({ account, stack, signal: new AbortController().signal });
  } catch (error) {
    if (error instanceof RateLimitReached) return `${error.code} ${error.by}`;
    throw error;
  }
  const { status, headers } = await ask(url, token);
  pacing.observe({ account, stack, status, headers });
  return String(status);
}

if (require.main === module) void main(JSON.parse(process.argv[2] ?? "") as Asking);

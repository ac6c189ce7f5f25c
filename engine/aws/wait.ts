import { setTimeout as pause } from "node:timers/promises";

/**
 * Asks until AWS has come to the end of what it does.
 * @throws after `seconds` (default: 600)
 */
export async function until<Result>(
  what: string,
  ask: () => Promise<Result | undefined>,
  seconds = 600,
): Promise<Result> {
  const end = Date.now() + seconds * 1000;
  for (let wait = 250; ; wait = Math.min(wait * 1.5, 5000)) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await pause(wait);
  }
}

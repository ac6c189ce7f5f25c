import { Pacing } from "../../guard/pacing/pace";

/** Asks for turns one after the other, and sends how long each took, in milliseconds: for `fork`. */
async function main([file = "", stack = "", count = "0"]: readonly string[]): Promise<void> {
  const pacing = Pacing.open({ file });
  const { signal } = new AbortController();
  const took: number[] = [];
  const headers = { "ratelimit-limit": "5000", "ratelimit-remaining": "4990", "ratelimit-reset": "4102444800" };
  for (let one = 0; one < Number(count); one++) {
    // An account a call: each has room, and a file as full as after an hour of many.
    const account = `${stack}-${one % 200}`;
    const begun = performance.now();
    await pacing.admit({ account, stack, signal });
    pacing.observe({ account, stack, status: 200, headers });
    took.push(performance.now() - begun);
    await new Promise((resolve) => setImmediate(resolve));
  }
  pacing.close();
  process.send?.(took);
  process.disconnect();
}

void main(process.argv.slice(2));

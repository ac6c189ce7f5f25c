import { ask } from "../prompt";
import { Declined } from "./errors";

/** Whether there is somebody to ask: a terminal to read from, and one to ask at. */
export function canAsk(): boolean {
  return process.stdin.isTTY && process.stderr.isTTY;
}

/**
 * Asks whether something may be done.
 * @param details shown to whoever wants them before answering
 * @throws Declined for every answer but yes
 */
export async function confirm(question: string, details?: () => void): Promise<void> {
  const choice = details === undefined ? "yes/no" : "yes/no/details";
  for (;;) {
    const [answer = ""] = (await ask([{ text: `${question} [${choice}] ` }])) ?? [];
    const word = answer.trim().toLowerCase();
    if (word === "yes" || word === "y") return;
    if (details === undefined || (word !== "details" && word !== "d")) throw new Declined();
    details();
  }
}

/**
 * Asks for a name, so that nobody removes anything by habit.
 * @throws Declined when it is another one
 */
export async function confirmByName(question: string, name: string): Promise<void> {
  const [answer = ""] = (await ask([{ text: `${question} ` }])) ?? [];
  if (answer.trim() !== name) throw new Declined();
}

import { createInterface } from "node:readline";
import { Writable } from "node:stream";

export interface Question {
  readonly text: string;
  /** What is typed is not shown. Default: no. */
  readonly hidden?: boolean;
}

/**
 * Asks somebody at the terminal, one question after the other; answers may be pasted all at once.
 * @returns undefined when there is no terminal, or the input ends before the last answer
 */
export function ask(questions: readonly Question[]): Promise<readonly string[] | undefined> {
  const { stdin, stderr } = process;
  if (!stdin.isTTY) return Promise.resolve(undefined);
  const answers: string[] = [];
  const asked = (): Question | undefined => questions[answers.length];
  const output = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (asked()?.hidden !== true) stderr.write(chunk);
      done();
    },
  });
  const lines = createInterface({ input: stdin, output, terminal: true, historySize: 0 });
  const next = (): void => {
    const question = asked();
    if (question === undefined) lines.close();
    else stderr.write(question.text);
  };
  return new Promise((resolve) => {
    lines.on("line", (line) => {
      if (asked() === undefined) return;
      if (asked()?.hidden === true) stderr.write("\n");
      answers.push(line);
      next();
    });
    // Ctrl-C and Ctrl-D end the command, as they do everywhere.
    lines.once("SIGINT", () => {
      lines.close();
    });
    lines.once("close", () => {
      const isComplete = asked() === undefined;
      if (!isComplete) stderr.write("\n");
      resolve(isComplete ? answers : undefined);
    });
    next();
  });
}

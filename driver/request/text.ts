import { join } from "node:path";
import { Worker } from "node:worker_threads";

import type { Path } from "../../programs/check";
import { UnreadableRequest } from "./errors";
import { type Position, positionKey, type YamlAnswer } from "./yaml-worker";

/** What a text holds, and where in it. */
export interface ReadText {
  readonly value: unknown;
  /** Where a path begins; of what is not there, where it would have to be. */
  readonly positionOf: (path: Path) => Position;
}

/**
 * Reads YAML or JSON, in a thread of its own: some texts of a few kilobytes keep a YAML parser busy for minutes.
 * @param file the name for errors; one that ends in `.json` has to hold JSON
 * @param timeoutMs how long it may take
 * @throws UnreadableRequest without any of the text, which may hold secrets
 */
export async function readText(text: string, file: string, timeoutMs = 10_000): Promise<ReadText> {
  const answer = await parsed(text, file, timeoutMs);
  if ("code" in answer) {
    const isJson = file.endsWith(".json");
    const words = wordsOf[answer.code] ?? "is not written as it should be here";
    throw new UnreadableRequest(
      file,
      isJson ? "not-json" : "not-yaml",
      `is no ${isJson ? "JSON" : "YAML"}: it ${words}.`,
      answer.position,
    );
  }
  if (file.endsWith(".json") && !isJson(text)) {
    throw new UnreadableRequest(file, "not-json", "is YAML, but no JSON: call it .yaml, or write it as JSON.");
  }
  return { value: answer.value, positionOf: (path) => nearest(answer.positions, path) };
}

function parsed(text: string, file: string, timeoutMs: number): Promise<YamlAnswer> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(join(__dirname, "yaml-worker.js"), {
      workerData: text,
      resourceLimits: { maxOldGenerationSizeMb: 256, stackSizeMb: 4 },
      env: {},
      stdout: true,
      stderr: true,
    });
    const refuse = (cause?: unknown): void => {
      const sentence = "can't be read with the time and memory there is for it: write it in a simpler way.";
      const error = new UnreadableRequest(file, "too-complex", sentence);
      if (cause !== undefined) error.cause = cause;
      reject(error);
    };
    const timer = setTimeout(() => {
      refuse();
      void worker.terminate();
    }, timeoutMs);
    worker.once("message", (answer: YamlAnswer) => {
      resolve(answer);
    });
    worker.once("error", refuse);
    // After an answer or an error this changes nothing.
    worker.once("exit", () => {
      clearTimeout(timer);
      refuse();
    });
  });
}

/** What is wrong by the parser's codes. Its own messages quote the text. */
const wordsOf: Readonly<Record<string, string>> = {
  ALIAS: "has an alias, which is not taken here: write the value out, or put a text that begins with * in quotes",
  BAD_ALIAS: "has an alias with a wrong name",
  BAD_DIRECTIVE: "has a directive, which is not taken here",
  BAD_DQ_ESCAPE: "has a backslash in double quotes that means nothing: use single quotes, or two backslashes",
  BAD_INDENT: "is not indented as it should be here",
  BAD_PROP_ORDER: "has an anchor or a tag in the wrong place",
  BAD_SCALAR_START: "has a value that begins with a reserved character: put it in quotes",
  BLOCK_AS_IMPLICIT_KEY: "has a colon where none can be: put the text in quotes, or begin a new line",
  BLOCK_IN_FLOW: "has lines of a block within brackets",
  DUPLICATE_KEY: "has a key twice",
  IMPOSSIBLE: "is not written as it should be here",
  KEY_OVER_1024_CHARS: "has a key that is too long",
  MISSING_CHAR: "lacks a character here: a quote, a bracket, a comma or a space",
  MULTILINE_IMPLICIT_KEY: "has a key that goes over several lines",
  MULTIPLE_ANCHORS: "has several anchors for one value",
  MULTIPLE_DOCS: "has more than one document: one file holds one request",
  MULTIPLE_TAGS: "has several tags for one value",
  NON_STRING_KEY: "has a key that is no text",
  RESOURCE_EXHAUSTION: "goes too deep",
  TAB_AS_INDENT: "is indented with a tab: use spaces",
  TAG_RESOLVE_FAILED: "has a tag that means nothing here: put a text that begins with ! in quotes",
  UNEXPECTED_TOKEN: "has something here that does not belong",
};

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function nearest(positions: ReadonlyMap<string, Position>, path: Path): Position {
  for (let length = path.length; length > 0; length--) {
    const found = positions.get(positionKey(path.slice(0, length)));
    if (found) return found;
  }
  return { line: 1, column: 1 };
}

import { isMainThread, parentPort, workerData } from "node:worker_threads";

import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, visit } from "yaml";

/** A place in a text, from 1 on. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** What a text holds, or the first thing that keeps it from being YAML. */
export type YamlAnswer =
  | { readonly value: unknown; readonly positions: ReadonlyMap<string, Position> }
  | { readonly code: string; readonly position: Position };

/** The name of a path among positions. */
export function positionKey(path: readonly (string | number)[]): string {
  return JSON.stringify(path);
}

/** Reads a text as one YAML 1.2 document. JSON is YAML. Aliases are refused: a few lines of them can stand for any amount. */
function read(text: string): YamlAnswer {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, {
    lineCounter,
    prettyErrors: false,
    uniqueKeys: true,
    strict: true,
    stringKeys: true,
    // Silent, it would pass over a second document.
    logLevel: "error",
  });
  const at = (offset: number): Position => {
    const { line, col } = lineCounter.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) return { code: problem.code, position: at(problem.pos[0]) };
  let alias: number | undefined;
  visit(document, {
    Alias: (_key, node) => {
      alias = node.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  if (alias !== undefined) return { code: "ALIAS", position: at(alias) };

  const positions = new Map<string, Position>();
  const note = (node: unknown, path: readonly (string | number)[]): void => {
    if (isMap(node)) {
      for (const { key, value } of node.items) {
        if (!isScalar(key)) continue;
        const inner = [...path, String(key.value)];
        positions.set(positionKey(inner), at(key.range?.[0] ?? 0));
        note(value, inner);
      }
    } else if (isSeq(node)) {
      node.items.forEach((item, index) => {
        const inner = [...path, index];
        const start = isScalar(item) || isMap(item) || isSeq(item) || isAlias(item) ? item.range?.[0] : undefined;
        if (start !== undefined) positions.set(positionKey(inner), at(start));
        note(item, inner);
      });
    }
  };
  note(document.contents, []);
  return { value: document.toJS() as unknown, positions };
}

if (!isMainThread) parentPort?.postMessage(read(workerData as string));

import { styleText } from "node:util";

export type Style = "green" | "yellow" | "red" | "bold" | "dim";
/** Colours a text, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

export const plainly: Paint = (_style, text) => text;

/** Colours on a terminal, unless `NO_COLOR` forbids it (no-color.org). */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  return (style, text) => styleText(style, text, { stream, validateStream: true });
}

import { stripVTControlCharacters } from "node:util";

/** One line at the bottom of a terminal that is written over and over. */
export class StatusLine {
  private shown = "";

  constructor(
    private readonly write: (text: string) => void,
    private readonly columns: () => number,
  ) {}

  draw(text: string): void {
    const words = cut(stripVTControlCharacters(text), this.columns() - 1);
    if (words === this.shown) return;
    this.write(`\r${words}\u001b[K`);
    this.shown = words;
  }

  clear(): void {
    if (this.shown === "") return;
    this.write("\r\u001b[K");
    this.shown = "";
  }
}

/** A line that wraps could not be written over. */
function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}

import { StringDecoder } from "node:string_decoder";

/** What is shown of a line; the rest of it is dropped, so that no secret is cut in two. */
const longestLine = 16 * 1024;
/** What is shown of all that a program prints. */
const mostText = 4 * 1024 * 1024;

/** Makes lines of what a program prints. A program that never stops printing is heard up to a limit, and then no more. */
export class PrintedLines {
  private readonly decoder = new StringDecoder("utf8");
  private rest = "";
  private tooLong = false;
  private text = 0;

  constructor(private readonly onLine: (line: string) => void) {}

  push(chunk: Buffer): void {
    if (this.text > mostText) return;
    const lines = this.decoder.write(chunk).split("\n");
    const last = lines.pop() ?? "";
    for (const line of lines) this.line(line);
    this.add(last);
  }

  end(): void {
    this.add(this.decoder.end());
    if (this.rest !== "") this.line("");
  }

  private add(part: string): void {
    if (this.rest.length > longestLine) this.tooLong = true;
    else this.rest += part;
  }

  private line(end: string): void {
    this.add(end);
    const whole = this.rest;
    const cut = this.tooLong || whole.length > longestLine;
    this.rest = "";
    this.tooLong = false;
    if (whole.trim() === "" || this.text > mostText) return;
    this.text += whole.length;
    this.onLine(this.text > mostText ? "… and more, which is not shown" : cut ? `${startOf(whole)} …` : whole);
  }
}

/** Up to the last word that is whole. */
function startOf(line: string): string {
  const start = line.slice(0, longestLine);
  return start.slice(0, Math.max(0, start.search(/\s\S*$/)));
}

import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** Secrets that must be nowhere in the clear, by what they are. */
export class Canaries {
  private readonly secrets = new Map<string, readonly Buffer[]>();

  /** @param secret text, or the bytes of a key */
  add(what: string, secret: string | Buffer): void {
    const bytes = Buffer.from(secret);
    if (bytes.length < 12) throw new Error(`${what} is too short to be told from chance`);
    this.secrets.set(`${what} ${this.secrets.size}`, formsOf(bytes));
  }

  get count(): number {
    return this.secrets.size;
  }

  /** @returns which of them are in it, in one of the forms that programs write bytes in */
  in(content: string | Buffer): readonly string[] {
    const bytes = Buffer.from(content);
    return [...this.secrets].filter(([, forms]) => forms.some((form) => bytes.includes(form))).map(([what]) => what);
  }

  /** @returns file and secret, for each secret that is in a file of a folder */
  inFiles(directory: string, but: (file: string) => boolean = () => false): readonly string[] {
    return filesIn(directory)
      .filter((file) => !but(file))
      .flatMap((file) => this.in(readFileSync(file)).map((what) => `${file}: ${what}`));
  }
}

export function filesIn(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .map((name) => join(directory, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true);
}

/** As they are, in hexadecimal digits, in UTF-16, and in base 64 at each of its three alignments. */
function formsOf(bytes: Buffer): readonly Buffer[] {
  const text = bytes.toString("latin1");
  const base64 = [0, 1, 2].map((shift) => {
    const whole = Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64");
    // Without the characters that also depend on what stands before and behind.
    return whole.slice(shift === 0 ? 0 : 4, whole.length - 4);
  });
  const url = base64.map((form) => form.replaceAll("+", "-").replaceAll("/", "_"));
  const hex = bytes.toString("hex");
  return [
    bytes,
    Buffer.from(text, "utf16le"),
    ...[hex, hex.toUpperCase(), ...base64, ...url].map((form) => Buffer.from(form)),
  ];
}

/** Shorter values are no secrets, and hiding them would tear holes into ordinary words. */
const shortest = 6;

/** Secrets that can be told by their form, wherever they come from. */
const forms: readonly RegExp[] = [
  // DigitalOcean's tokens: personal, OAuth, refresh (the prefixes are in its documentation of API tokens).
  /\bdo[opr]_v1_[0-9a-f]{32,}/g,
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /(?<=\b(?:bearer|basic)\s+)[\w.~+/=-]{8,}/gi,
  // The password of a URL.
  /(?<=\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:)[^\s/@]+(?=@)/gi,
];

const mark = "[secret]";

/** Takes secrets out of text, before anybody sees it. */
export class Redactor {
  private pattern: RegExp | undefined;
  private readonly known = new Set<string>();

  constructor(secrets: Iterable<string> = []) {
    for (const secret of secrets) this.learn(secret);
  }

  /** From now on this value is hidden, also as JSON, Base64 and in a URL. Lines of a longer text are hidden one by one. */
  learn(secret: string): void {
    for (const part of [secret, ...secret.split(/\r?\n/)]) {
      if (part.trim().length < shortest) continue;
      this.known.add(part);
      this.known.add(JSON.stringify(part).slice(1, -1));
      this.known.add(encodeURIComponent(part));
      this.known.add(Buffer.from(part).toString("base64").replace(/=+$/, ""));
    }
    this.pattern = undefined;
  }

  redact(text: string): string {
    let result = text;
    if (this.known.size > 0) {
      // The longest first: one may contain another.
      this.pattern ??= new RegExp(
        [...this.known]
          .sort((a, b) => b.length - a.length)
          .map(literal)
          .join("|"),
        "g",
      );
      result = result.replace(this.pattern, mark);
    }
    for (const form of forms) result = result.replace(form, mark);
    return result;
  }
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
}

/** What stands in the place of a secret. */
export const redacted = "[secret]";

/**
 * Takes secrets out of a text that people will see. Of a secret with several lines, each line is one; a form that
 * programs print it in (quoted, in base64) is one too.
 */
export function redact(text: string, secrets: readonly string[]): string {
  const forms = new Set(secrets.flatMap(formsOf));
  return [...forms].sort((a, b) => b.length - a.length).reduce((shown, form) => shown.replaceAll(form, redacted), text);
}

/** Shorter texts occur by themselves: taking them out would only make the rest unreadable. */
const shortest = 4;

function formsOf(secret: string): string[] {
  const lines = secret.split("\n").map((line) => line.trim());
  return [secret, ...lines]
    .flatMap((text) => [
      text,
      JSON.stringify(text).slice(1, -1),
      text.replaceAll("'", `'\\''`),
      encodeURIComponent(text),
      Buffer.from(text).toString("base64"),
    ])
    .filter((form) => form.length >= shortest);
}

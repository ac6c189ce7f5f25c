/** The scopes of one line, each once. OAuth divides them by spaces; people also write commas. */
export function scopesIn(line: string): readonly string[] {
  return [...new Set(line.split(/[\s,]+/).filter((scope) => scope !== ""))];
}

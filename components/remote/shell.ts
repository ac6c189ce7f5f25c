/** One word for a POSIX shell, whatever is in it. */
export function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Words for a POSIX shell. */
export function words(texts: readonly string[]): string {
  return texts.map(quote).join(" ");
}

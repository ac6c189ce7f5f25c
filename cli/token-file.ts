import { readFileSync, statSync } from "node:fs";
import { text } from "node:stream/consumers";

/** A file does not have a token that could be used. Nothing of it is shown. */
export class TokenFileUnusable extends Error {
  override readonly name = "TokenFileUnusable";
  readonly code = "TOKEN_FILE_UNUSABLE";

  constructor(
    /** `-` for standard input. */
    readonly file: string,
    why: string,
  ) {
    super(`there is no token to be had from ${file === "-" ? "standard input" : file}: ${why}.`);
  }
}

/**
 * @param file `-` for standard input
 * @throws TokenFileUnusable
 */
export async function readTokenFile(file: string): Promise<string> {
  const token = (file === "-" ? await text(process.stdin) : contentOf(file)).trim();
  if (token === "") throw new TokenFileUnusable(file, "it is empty");
  if (!/^[\x21-\x7e]{1,4096}$/.test(token)) throw new TokenFileUnusable(file, "it has more than a token in it");
  return token;
}

/** What a token is at most, and a line end. */
const longest = 8192;

function contentOf(file: string): string {
  try {
    const { mode, size } = statSync(file);
    if (size > longest) throw new TokenFileUnusable(file, "it has more than a token in it");
    const isFile = (mode & 0o170000) === 0o100000;
    if (process.platform !== "win32" && isFile && (mode & 0o077) !== 0)
      throw new TokenFileUnusable(file, `others may read it: chmod 600 ${file}`);
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof TokenFileUnusable) throw error;
    const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
    throw new TokenFileUnusable(file, missing ? "there is no such file" : "it can't be read");
  }
}

import { createSecretKey, type KeyObject, randomBytes } from "node:crypto";
import { closeSync, fstatSync, openSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

import { z } from "zod";

import { keyLength, seal, SealBroken, unseal } from "./envelope";
import { type KeyContext, KeyDoesNotFit, type RotatableKeys, UnknownKeyVersion, type WrappedKey } from "./master-keys";
import { codeOf, messageOf } from "./errors";
import { createPrivately, withFileLock, writePrivately } from "./private-file";
import { promised } from "./promised";

/** The file that has the master keys: `keyring.json` beside the vault, or what `DEPLOY4ME_KEYRING_FILE` names. */
export function keyringFile(directory: string, environment: NodeJS.ProcessEnv = process.env): string {
  const named = environment.DEPLOY4ME_KEYRING_FILE;
  return named === undefined || named === "" ? join(directory, "keyring.json") : named;
}

/** The keyring can't be used. */
export class KeyringUnusable extends Error {
  override readonly name = "KeyringUnusable";
  readonly code = "KEYRING_UNUSABLE";

  constructor(
    readonly file: string,
    readonly why: "missing" | "not-private" | "damaged" | "unreadable" | "not-writable",
    detail: string,
    options?: ErrorOptions,
  ) {
    super(`the keyring ${file} can't be used: ${detail}.`, options);
  }
}

const base64Length = Math.ceil((keyLength * 4) / 3);
const keyText = z.string().regex(new RegExp(`^[A-Za-z0-9_-]{${base64Length}}$`));

const keyringSchema = z
  .object({
    format: z.literal(1),
    current: z.number().int().positive(),
    keys: z
      .array(z.object({ version: z.number().int().positive(), created: z.iso.datetime(), key: keyText }))
      .min(1)
      .refine((keys) => new Set(keys.map(({ version }) => version)).size === keys.length, "two keys have one version"),
  })
  .refine(
    ({ current, keys }) => keys.some(({ version }) => version === current),
    "the current key is not among the keys",
  );
type Content = z.infer<typeof keyringSchema>;

interface Loaded {
  readonly stamp: string;
  readonly current: number;
  readonly keys: ReadonlyMap<number, KeyObject>;
}

/**
 * Master keys in a file that only its owner may read. Other processes may change it at any time: it is looked at before
 * each use, and read again when it is another.
 */
export class Keyring implements RotatableKeys {
  private loaded: Loaded | undefined;

  private constructor(readonly file: string) {}

  /**
   * @param create makes a keyring with one key when there is none; otherwise that is an error
   * @throws KeyringUnusable
   */
  static open(file: string, { create = false }: { readonly create?: boolean } = {}): Keyring {
    const keyring = new Keyring(file);
    if (create) {
      const first = newKey(1);
      createPrivately(file, textOf({ format: 1, current: 1, keys: [first] }));
    }
    keyring.load();
    return keyring;
  }

  currentVersion(): Promise<number> {
    return promised(() => this.load().current);
  }

  versions(): Promise<readonly number[]> {
    return promised(() => [...this.load().keys.keys()]);
  }

  wrap(dataKey: Uint8Array, context: KeyContext): Promise<WrappedKey> {
    return promised(() => {
      const version = this.load().current;
      return { version, wrapped: seal(this.key(version), dataKey, placeOf(context, version)) };
    });
  }

  unwrap({ version, wrapped }: WrappedKey, context: KeyContext): Promise<Buffer> {
    return promised(() => {
      try {
        return unseal(this.key(version), wrapped, placeOf(context, version));
      } catch (error) {
        if (error instanceof SealBroken) throw new KeyDoesNotFit(version);
        throw error;
      }
    });
  }

  add(): Promise<number> {
    return this.edit((content) => {
      const version = Math.max(...content.keys.map((key) => key.version)) + 1;
      return { result: version, content: { ...content, current: version, keys: [...content.keys, newKey(version)] } };
    });
  }

  retire(version: number): Promise<void> {
    return this.edit((content) => {
      if (version === content.current) throw new Error(`master key ${version} is the current one: it stays`);
      return {
        result: undefined,
        content: { ...content, keys: content.keys.filter((key) => key.version !== version) },
      };
    });
  }

  private edit<Result>(change: (content: Content) => { content: Content; result: Result }): Promise<Result> {
    return promised(() => {
      try {
        return withFileLock(this.file, () => {
          const { content, result } = change(read(this.file).content);
          writePrivately(this.file, textOf(content));
          return result;
        });
      } catch (error) {
        if (!/^(ERR_SQLITE|E[A-Z]+$)/.test(codeOf(error) ?? "")) throw error;
        throw new KeyringUnusable(this.file, "not-writable", `it can't be changed: ${messageOf(error)}`, {
          cause: error,
        });
      }
    });
  }

  private key(version: number): KeyObject {
    let key = this.load().keys.get(version);
    if (key === undefined) {
      // Two writings within one tick of the file system's clock may look alike.
      this.loaded = undefined;
      key = this.load().keys.get(version);
    }
    if (key === undefined) throw new UnknownKeyVersion(version, this.file);
    return key;
  }

  private load(): Loaded {
    if (this.loaded?.stamp !== undefined && this.loaded.stamp === stampOf(this.file)) return this.loaded;
    const { content, stamp } = read(this.file);
    const keys = content.keys.map(({ version, key }): [number, KeyObject] => [
      version,
      createSecretKey(Buffer.from(key, "base64url")),
    ]);
    this.loaded = { stamp, current: content.current, keys: new Map(keys) };
    return this.loaded;
  }
}

function placeOf({ tenant, id }: KeyContext, version: number): readonly (string | number)[] {
  return ["data key", tenant, id, version];
}

function newKey(version: number): Content["keys"][number] {
  return { version, created: new Date().toISOString(), key: randomBytes(keyLength).toString("base64url") };
}

function textOf(content: Content): string {
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

/** Which file it is and when it was written; undefined when it is not there. */
function stampOf(file: string): string | undefined {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat && `${stat.dev}:${stat.ino}:${stat.mtimeNs}:${stat.size}`;
}

function read(file: string): { readonly content: Content; readonly stamp: string } {
  const { text, stamp } = readPrivately(file);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // Not the parser's words: they quote the text.
    throw new KeyringUnusable(file, "damaged", "it is not JSON; restore it from a backup");
  }
  const result = keyringSchema.safeParse(json);
  if (result.success) return { content: result.data, stamp };
  const problems = result.error.issues.map(({ path, message }) => `${path.join(".") || "all of it"}: ${message}`);
  throw new KeyringUnusable(file, "damaged", `${problems.join("; ")}; restore it from a backup`);
}

function readPrivately(file: string): { readonly text: string; readonly stamp: string } {
  let handle: number;
  try {
    handle = openSync(file, "r");
  } catch (error) {
    if (codeOf(error) === "ENOENT")
      throw new KeyringUnusable(
        file,
        "missing",
        "it is not there; without it nothing in the vault opens. Restore it from a backup, or name its place in DEPLOY4ME_KEYRING_FILE",
        { cause: error },
      );
    throw new KeyringUnusable(file, "unreadable", messageOf(error), {
      cause: error,
    });
  }
  try {
    const stat = fstatSync(handle, { bigint: true });
    if (!stat.isFile()) throw new KeyringUnusable(file, "unreadable", "it is not a file");
    if ((stat.mode & 0o077n) !== 0n)
      throw new KeyringUnusable(file, "not-private", `others than its owner may use it; run: chmod 600 ${file}`);
    return {
      text: readFileSync(handle, "utf8"),
      stamp: `${stat.dev}:${stat.ino}:${stat.mtimeNs}:${stat.size}`,
    };
  } finally {
    closeSync(handle);
  }
}

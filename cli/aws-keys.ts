import { readFileSync, statSync } from "node:fs";
import { text } from "node:stream/consumers";

import { z } from "zod";

import type { AwsCredentials } from "../connections/aws/credentials";

/** There is no access key to be had. Nothing of what was read is shown. */
export class AwsKeysUnusable extends Error {
  override readonly name = "AwsKeysUnusable";
  readonly code = "AWS_KEYS_UNUSABLE";

  constructor(
    /** The file, standard input or the terminal. */
    readonly where: string,
    why: string,
  ) {
    super(`there is no access key to be had from ${where}: ${why}.`);
  }
}

const accessKeyId = z.string().regex(/^[A-Z0-9]{16,128}$/);
const secretAccessKey = z.string().regex(/^[\x21-\x7e]{16,256}$/);

/**
 * @param file what the console lets download (CSV), a credentials file of the AWS CLI, or what `aws iam create-access-key` prints; `-` for standard input
 * @param profile of a credentials file
 * @throws AwsKeysUnusable
 */
export async function readKeysFile(file: string, profile = "default"): Promise<AwsCredentials> {
  const where = file === "-" ? "standard input" : file;
  const content = (file === "-" ? await text(process.stdin) : contentOf(file)).replace(/^\uFEFF/, "").trim();
  return accessKey(where, keysIn(content, where, profile));
}

/** @throws AwsKeysUnusable */
export function accessKey(where: string, { id, secret }: Partial<Pair>): AwsCredentials {
  if (id === undefined || secret === undefined)
    throw new AwsKeysUnusable(where, "it is in no form that AWS gives keys in (CSV, JSON, or a file of the AWS CLI)");
  if (!accessKeyId.safeParse(id).success)
    throw new AwsKeysUnusable(where, "the access key's id is none: it is like AKIAIOSFODNN7EXAMPLE");
  if (id.startsWith("ASIA")) throw ofSession(where);
  if (!secretAccessKey.safeParse(secret).success) throw new AwsKeysUnusable(where, "the secret access key is none");
  return { accessKeyId: id, secretAccessKey: secret };
}

function ofSession(where: string): AwsKeysUnusable {
  return new AwsKeysUnusable(
    where,
    "it is a session's key, which ends by itself: make an access key for a user, or connect a role (--role-arn)",
  );
}

interface Pair {
  readonly id: string;
  readonly secret: string;
}

function keysIn(content: string, where: string, profile: string): Partial<Pair> {
  if (content === "") throw new AwsKeysUnusable(where, "it is empty");
  if (content.startsWith("{")) return fromJson(content);
  if (/^\s*\[/m.test(content)) return fromProfiles(content, where, profile);
  return fromCsv(content);
}

const created = z.object({ AccessKeyId: z.string(), SecretAccessKey: z.string() });
const printed = z.union([z.object({ AccessKey: created }).transform(({ AccessKey }) => AccessKey), created]);

function fromJson(content: string): Partial<Pair> {
  try {
    const { AccessKeyId: id, SecretAccessKey: secret } = printed.parse(JSON.parse(content));
    return { id, secret };
  } catch {
    return {};
  }
}

function fromProfiles(content: string, where: string, profile: string): Partial<Pair> {
  const values = new Map<string, string>();
  let current: string | undefined;
  const profiles: string[] = [];
  for (const line of content.split(/\r?\n/)) {
    const section = /^\s*\[\s*(?:profile\s+)?([^\]]+?)\s*\]/.exec(line)?.[1];
    if (section !== undefined) profiles.push((current = section));
    const [, name, value] = /^\s*(aws_\w+)\s*=\s*(\S+)\s*$/.exec(line) ?? [];
    if (current === profile && name !== undefined && value !== undefined) values.set(name, value);
  }
  if (!profiles.includes(profile))
    throw new AwsKeysUnusable(
      where,
      `it has no profile ${profile}, but ${profiles.join(", ")}: choose one with --profile`,
    );
  if (values.has("aws_session_token")) throw ofSession(where);
  return optional(values.get("aws_access_key_id"), values.get("aws_secret_access_key"));
}

function fromCsv(content: string): Partial<Pair> {
  const [header = "", line = ""] = content.split(/\r?\n/);
  const cells = (row: string): string[] => row.split(",").map((cell) => cell.trim().replace(/^"(.*)"$/, "$1"));
  const names = cells(header).map((name) => name.toLowerCase());
  const values = cells(line);
  return optional(values[names.indexOf("access key id")], values[names.indexOf("secret access key")]);
}

function optional(id: string | undefined, secret: string | undefined): Partial<Pair> {
  return { ...(id === undefined ? {} : { id }), ...(secret === undefined ? {} : { secret }) };
}

/** A credentials file with a hundred profiles is shorter. */
const longest = 64 * 1024;

function contentOf(file: string): string {
  try {
    const { mode, size } = statSync(file);
    if (size > longest) throw new AwsKeysUnusable(file, "it is far too long");
    const isFile = (mode & 0o170000) === 0o100000;
    if (process.platform !== "win32" && isFile && (mode & 0o077) !== 0)
      throw new AwsKeysUnusable(file, `others may read it: chmod 600 ${file}`);
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof AwsKeysUnusable) throw error;
    const missing = error instanceof Error && "code" in error && error.code === "ENOENT";
    throw new AwsKeysUnusable(file, missing ? "there is no such file" : "it can't be read");
  }
}

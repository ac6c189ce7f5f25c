import { writeFileSync } from "node:fs";

import type { Command } from "commander";

import type { AccessToken } from "../connections/credentials";
import { writePrivately } from "../oauth/vault/private-file";
import { openDigitalOcean } from "./connection";
import { type Home, home } from "./home";
import { getStackSecret, type PulumiProject, setStackSecret } from "./stack-secret";

interface TokenOptions {
  readonly connection?: string;
  readonly stack?: string;
  readonly cwd?: string;
  readonly configFile?: string;
  readonly file?: string;
  readonly descriptor?: number;
}

/** The configuration key from which Pulumi's DigitalOcean provider takes its token. */
export const tokenKey = "digitalocean:token";

/** `deploy4me token --stack S`: the connection's current token as a secret of a stack, for a plain `pulumi up`. */
export function registerToken(program: Command): void {
  program
    .command("token")
    .description(
      `put a connection's token into a stack, as its secret ${tokenKey}, renewed when it nears its end. ` +
        "Do so before each `pulumi up`; `deploy4me exec -- pulumi up` needs no token in the stack at all",
    )
    .option("--stack <name>", "the stack that gets it")
    .option("--connection <name>", "whose token; default: the only connection there is")
    .option("--cwd <directory>", "where the stack's project is; default: here")
    .option("--config-file <file>", "the stack's configuration, where it does not lie in its usual place")
    .option("--file <file>", "write the token into a file that only you may read, in place of a stack")
    .option("--descriptor <number>", "write the token to an open file descriptor, such as 3, in place of a stack", fd)
    .action(async (options: TokenOptions) => {
      process.stdout.write(`${await supplyToken(home(), process.env, options)}\n`);
    });
}

/**
 * @returns what was done, without the token
 * @throws WhereToPutToken, NotConnected, AmbiguousConnection, ReconnectNeeded, RenewalFailed, StackSecretNotSet
 */
export async function supplyToken(home: Home, environment: NodeJS.ProcessEnv, options: TokenOptions): Promise<string> {
  const { stack, file, descriptor } = options;
  if ([stack, file, descriptor].filter((place) => place !== undefined).length !== 1) throw new WhereToPutToken();
  const connection = await openDigitalOcean(home, options.connection);
  try {
    const token = await connection.tokens.current(AbortSignal.timeout(patienceMs));
    const end = endOf(token);
    if (stack !== undefined) {
      const { cwd, configFile } = options;
      const project: PulumiProject = { bin: home.bin, environment, stack, cwd, configFile };
      if ((await getStackSecret(project, tokenKey)) === token.value)
        return `the stack ${stack} has the token of «${connection.name}» already, ${end}.`;
      await setStackSecret(project, tokenKey, token.value);
      return `the stack ${stack} has the token of «${connection.name}» as ${tokenKey}, ${end}.`;
    }
    if (file !== undefined) writePrivately(file, `${token.value}\n`);
    if (descriptor !== undefined) writeTo(descriptor, token.value);
    return `${file ?? `descriptor ${descriptor ?? ""}`} has the token of «${connection.name}», ${end}.`;
  } finally {
    await connection.close();
  }
}

/** For a token that may have to be renewed first, in milliseconds. */
const patienceMs = 60_000;

/** It is not said where the token is to go, or more than once. A terminal or a log is no place for it. */
export class WhereToPutToken extends Error {
  override readonly name = "WhereToPutToken";
  readonly code = "WHERE_TO_PUT_TOKEN";

  constructor() {
    super("say where the token is to go: --stack, --file or --descriptor, and one of them only. It is never printed.");
  }
}

/** A file descriptor can't be written to. */
export class DescriptorUnusable extends Error {
  override readonly name = "DescriptorUnusable";
  readonly code = "DESCRIPTOR_UNUSABLE";

  constructor(readonly descriptor: number) {
    super(
      `file descriptor ${descriptor} can't be written to: open it for this command, as with ${descriptor}>FILE in a shell.`,
    );
  }
}

function endOf({ expires }: AccessToken): string {
  return expires === undefined ? "whose end is not known" : `good until ${expires.toISOString()}`;
}

/** 0 to 2 are what a terminal or a log sees. */
function fd(text: string): number {
  const descriptor = Number(text);
  if (!/^\d{1,4}$/.test(text) || descriptor < 3) throw new WhereToPutToken();
  return descriptor;
}

function writeTo(descriptor: number, token: string): void {
  try {
    writeFileSync(descriptor, `${token}\n`);
  } catch {
    throw new DescriptorUnusable(descriptor);
  }
}

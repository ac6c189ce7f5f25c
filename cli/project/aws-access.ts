import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { z } from "zod";

import { isGone, thisProcess } from "../../connections/process";
import type { GuardCredentials } from "../../driver/credentials";
import type { StackId } from "../../driver/stack-id";
import { AwsCredentialsEndpoint } from "../../guard/aws-credentials";
import type { OpenAwsConnection } from "../connection";
import { connectionsDirectory, type Home } from "../home";

/** Where AWS is, when it is not where it usually is (AWS SDKs and Tools Reference Guide, «Service-specific endpoints»). */
const addresses = /^AWS_ENDPOINT_URL(?:_[A-Z0-9_]+)?$/;

/**
 * The engine's providers ask this process for what they sign with, and again before a session ends. It answers from the first
 * operation that needs it until it is closed; an operation's lease is the driver's.
 */
export class AwsAccess implements GuardCredentials {
  readonly mode = "guard";
  private opened: Promise<Opened> | undefined;

  /** @param region where the project is */
  constructor(
    private readonly home: Home,
    private readonly connection: Pick<OpenAwsConnection, "credentials">,
    private readonly region: string,
    private readonly own: NodeJS.ProcessEnv = process.env,
  ) {}

  async environment(_stack: StackId, signal: AbortSignal): Promise<Readonly<Record<string, string>>> {
    this.opened ??= open(this.home, this.connection, this.region);
    const { endpoint } = await this.opened;
    return { ...addressesIn(this.own), ...(await endpoint.environment(signal)) };
  }

  async close(): Promise<void> {
    const opened = await this.opened?.catch(() => undefined);
    await opened?.endpoint.close();
    if (opened !== undefined) rmSync(opened.folder, { recursive: true, force: true });
  }
}

interface Opened {
  readonly folder: string;
  readonly endpoint: AwsCredentialsEndpoint;
}

async function open(
  home: Home,
  { credentials }: Pick<OpenAwsConnection, "credentials">,
  region: string,
): Promise<Opened> {
  const folders = join(connectionsDirectory(home), "aws");
  mkdirSync(folders, { recursive: true, mode: 0o700 });
  removeOfTheDead(folders);
  // For its owner alone, as mkdtemp(3) makes it.
  const folder = mkdtempSync(join(folders, "endpoint-"));
  writeFileSync(join(folder, ownerFile), JSON.stringify(thisProcess()), { mode: 0o600 });
  return { folder, endpoint: await AwsCredentialsEndpoint.open(credentials, { directory: folder, region }) };
}

const ownerFile = "owner.json";
const ownerSchema = z.object({ pid: z.int(), started: z.string(), boot: z.string(), namespace: z.string() });

/** A process that was killed leaves a token that nobody honours any more; its folder goes. */
function removeOfTheDead(folders: string): void {
  for (const name of readdirSync(folders)) {
    const folder = join(folders, name);
    try {
      const owner = ownerSchema.parse(JSON.parse(readFileSync(join(folder, ownerFile), "utf8")));
      if (isGone(owner)) rmSync(folder, { recursive: true, force: true });
    } catch {
      // It is being made, or removed, by another.
    }
  }
}

function addressesIn(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      addresses.test(name) && value !== undefined ? [[name, value]] : [],
    ),
  );
}

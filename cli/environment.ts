import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";

import { withoutAttributes } from "../driver/state/backend";
import type { Home } from "./home";

/** How `pulumi` is told about the sandbox. The token stays in its file until the moment it is used. */
export interface CloudAccess {
  readonly apiUrl: string;
  readonly tokenFile: string;
  /** The address this machine has towards the cloud, as a CIDR: who may administer what it deploys. */
  readonly deployer: string;
  /** Where applications ask for access to it, and which are registered there. */
  readonly oauth?: {
    readonly url: string;
    readonly applicationsFile: string;
  };
  /** The same API over TLS, for clients that give no token to a plain one. */
  readonly tls?: {
    readonly url: string;
    /** The certificate of the authority to believe in (PEM). */
    readonly caFile: string;
  };
  /** AWS's API, where the sandbox has it as well. */
  readonly aws?: {
    readonly endpointUrl: string;
    /** As above, towards AWS's machines. */
    readonly deployer: string;
  };
}

/** The variables `pulumi` needs, all but the token. */
export function pulumiVariables(home: Home, cloud: CloudAccess): Record<string, string> {
  return {
    PULUMI_HOME: home.pulumi,
    PULUMI_BACKEND_URL: `file://${home.state}?${withoutAttributes}`,
    PULUMI_CONFIG_PASSPHRASE_FILE: home.passphraseFile,
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // A stack's configuration that lost its salt gets it back from the state, in place of a new one that fits nothing.
    PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER: "true",
    DIGITALOCEAN_API_URL: cloud.apiUrl,
    DEPLOY4ME_ADMIN_ACCESS: cloud.deployer,
    ...(cloud.aws && awsVariables(cloud.aws)),
  };
}

/** The sandbox's AWS takes any key. Who administers is the same machine, by another address. */
function awsVariables({ endpointUrl, deployer }: NonNullable<CloudAccess["aws"]>): Record<string, string> {
  return {
    AWS_ENDPOINT_URL: endpointUrl,
    AWS_ACCESS_KEY_ID: "sandbox",
    AWS_SECRET_ACCESS_KEY: "sandbox",
    AWS_REGION: "eu-central-1",
    DEPLOY4ME_AWS_ADMIN_ACCESS: deployer,
  };
}

/** Makes the backend's folder and the passphrase that encrypts its secrets; leaves both as they are when there. */
export function prepareBackend(home: Home): void {
  mkdirSync(home.state, { recursive: true, mode: 0o700 });
  if (!existsSync(home.passphraseFile)) {
    writeFileSync(home.passphraseFile, randomBytes(24).toString("base64url") + "\n", { mode: 0o600, flag: "wx" });
  }
}

/** The search path for `pulumi` and for the Node it runs programs with. */
export function searchPath(home: Home, current = process.env.PATH ?? ""): string {
  return [home.bin, join(home.root, "node_modules", ".bin"), current].join(delimiter);
}

export function environmentFile(home: Home): string {
  return join(home.directory, "env");
}

/**
 * Writes `.deploy4me/env`, so that `. .deploy4me/env` makes a shell ready for `pulumi up -s sandbox`.
 * @returns the file's path
 */
export function writeShellEnvironment(home: Home, cloud: CloudAccess): string {
  const file = environmentFile(home);
  const lines = Object.entries(pulumiVariables(home, cloud)).map(([name, value]) => `export ${name}=${quote(value)}`);
  if (cloud.tls !== undefined) {
    lines.push(
      `export DIGITALOCEAN_API_TLS_URL=${quote(cloud.tls.url)}`,
      `export DIGITALOCEAN_API_CA_FILE=${quote(cloud.tls.caFile)}`,
    );
  }
  if (cloud.oauth !== undefined) {
    lines.push(
      `export DIGITALOCEAN_OAUTH_URL=${quote(cloud.oauth.url)}`,
      `export DEPLOY4ME_OAUTH_APPLICATIONS=${quote(cloud.oauth.applicationsFile)}`,
    );
  }
  lines.push(
    `export PATH=${quote(home.bin)}:${quote(join(home.root, "node_modules", ".bin"))}:"$PATH"`,
    `DIGITALOCEAN_TOKEN=$(cat ${quote(cloud.tokenFile)}) && export DIGITALOCEAN_TOKEN`,
  );
  writeFileSync(file, "# For a shell: . .deploy4me/env\n" + lines.join("\n") + "\n");
  chmodSync(file, 0o600);
  return file;
}

/** A POSIX shell word. Only for the file above: nothing that is run goes through a shell. */
function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import {
  type Application,
  ApplicationsUnusable,
  chooseApplication,
  environments,
  readApplications,
} from "../oauth/applications";
import { requireServerUrl } from "../oauth/server-url";
import { withFileLock, writePrivately } from "../oauth/vault/private-file";
import { connectionsDirectory, type Home } from "./home";

/** The applications through which connections were made, so that their tokens can be renewed and revoked from any shell. */
function knownFile(home: Home): string {
  return join(connectionsDirectory(home), "applications.json");
}

/** Where DigitalOcean is: `DIGITALOCEAN_API_URL` and `DIGITALOCEAN_OAUTH_URL`, as the sandbox's environment has them. */
export function digitalOceanUrls(environment: NodeJS.ProcessEnv): {
  readonly apiUrl: string;
  /** Absent: as the application says, or DigitalOcean's own. */
  readonly oauthUrl?: string;
} {
  const { DIGITALOCEAN_API_URL: api, DIGITALOCEAN_OAUTH_URL: oauth } = environment;
  return {
    apiUrl: requireServerUrl(filled(api) ?? "https://api.digitalocean.com", "DIGITALOCEAN_API_URL"),
    ...(filled(oauth) === undefined ? {} : { oauthUrl: requireServerUrl(oauth ?? "", "DIGITALOCEAN_OAUTH_URL") }),
  };
}

/**
 * The application to connect through, from the file that `DEPLOY4ME_OAUTH_APPLICATIONS` names, or from `connections/applications.json`.
 * @param wanted an environment, a name or a client id. Default: the environment `development`, or the only one there is
 * @throws NoApplications, ApplicationsUnusable, ApplicationNotFound
 */
export function applicationFor(home: Home, environment: NodeJS.ProcessEnv, wanted: string | undefined): Application {
  const named = filled(environment.DEPLOY4ME_OAUTH_APPLICATIONS);
  const file = named ?? knownFile(home);
  if (named === undefined && !existsSync(file)) throw new NoApplications(file);
  const applications = readApplications(file, digitalOceanUrls(environment));
  const [only, second] = applications;
  if (wanted === undefined && only !== undefined && second === undefined) return only;
  return chooseApplication(applications, wanted ?? environments[0]);
}

/**
 * The application through which a connection was made: only that one may renew its tokens.
 * @throws ApplicationsUnusable, ApplicationNotFound
 */
export function applicationOf(home: Home, environment: NodeJS.ProcessEnv, clientId: string): Application {
  const known = existsSync(knownFile(home)) ? readApplications(knownFile(home)) : [];
  // What it was connected by comes first: an environment that was set for something else must not lead its secrets elsewhere.
  const found = known.find((application) => application.clientId === clientId);
  return found ?? applicationFor(home, environment, clientId);
}

/** Writes the application down, with all that is needed to speak for it. */
export function rememberApplication(home: Home, application: Application): void {
  const file = knownFile(home);
  withFileLock(file, () => {
    const known = existsSync(file) ? readApplications(file) : [];
    const same = known.find(({ clientId }) => clientId === application.clientId);
    // An entry that says the same stays as its owner wrote it: it may name a file for its secret.
    if (same !== undefined && isSame(same, application)) return;
    const entries = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as KnownEntry[]) : [];
    const before = entries.find(({ clientId }) => clientId === application.clientId);
    const others = entries.filter((one) => one !== before);
    const entry = { ...application.facts, ...secretEntry(application, same, before) };
    writePrivately(file, `${JSON.stringify([...others, entry], undefined, 2)}\n`);
  });
}

interface KnownEntry {
  readonly clientId: string;
  readonly clientSecretFile?: string;
}

/** A secret that lies in a file of its own goes on lying there. */
function secretEntry(application: Application, same: Application | undefined, before: KnownEntry | undefined): object {
  const secret = application.secret();
  const file = before?.clientSecretFile;
  if (file !== undefined && same?.secret() === secret) return { clientSecretFile: file };
  return secret === undefined ? {} : { clientSecret: secret };
}

function isSame(one: Application, other: Application): boolean {
  return JSON.stringify([one.facts, one.secret()]) === JSON.stringify([other.facts, other.secret()]);
}

/** Nobody has said which application is registered with DigitalOcean. */
export class NoApplications extends ApplicationsUnusable {
  constructor(file: string) {
    super(
      file,
      "there is none. Register one at cloud.digitalocean.com/account/api/applications and write it there, " +
        "or connect with an API token of your own (--token-file)",
    );
  }
}

function filled(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}

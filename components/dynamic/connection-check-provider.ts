import type { dynamic } from "@pulumi/pulumi";

import { checkDigitalOcean } from "../../connections/digitalocean/check";
import { sentence, type Verdict } from "../../connections/verdict";
import { diffOf, type Provider, unknownValue, writeOnce } from "./provider";

interface ConnectionCheckInputs {
  readonly account?: string;
  readonly team?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Where the API is, and what lets us in, as the official provider finds them. */
interface Settings {
  readonly apiUrl: string;
  readonly token: string | undefined;
}

/** Of this process; the engine configures a provider before it asks it anything. */
let settings = settingsFrom(() => undefined, process.env);

export const provider: Provider<ConnectionCheckInputs, ConnectionCheckInputs> = {
  ...writeOnce,
  configure: ({ config }) => {
    settings = settingsFrom((key) => config.get(key), process.env);
    return Promise.resolve();
  },
  check: async (_olds, news) => ({ inputs: news, failures: await failuresOf(news, settings) }),
  diff: (_id, state, news) => Promise.resolve(diffOf<ConnectionCheckInputs>(state, news, ["account", "team"])),
  create: (inputs) => Promise.resolve({ id: "connection", outs: inputs }),
  update: (_id, _state, news) => Promise.resolve({ outs: news }),
};

/** In the order of the official provider: the stack's configuration, then the environment. */
export function settingsFrom(config: (key: string) => unknown, environment: Environment): Settings {
  const given = (key: string): string | undefined => {
    const value = config(key);
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  const set = (name: string): string | undefined => (environment[name] === "" ? undefined : environment[name]);
  return {
    apiUrl: given("digitalocean:apiEndpoint") ?? set("DIGITALOCEAN_API_URL") ?? "https://api.digitalocean.com",
    token: given("digitalocean:token") ?? set("DIGITALOCEAN_TOKEN") ?? set("DIGITALOCEAN_ACCESS_TOKEN"),
  };
}

async function failuresOf(
  { account, team }: ConnectionCheckInputs,
  { apiUrl, token }: Settings,
): Promise<dynamic.CheckFailure[]> {
  if (token === undefined) {
    const reason =
      "there is no token for DigitalOcean. Supply one with `pulumi config set --secret digitalocean:token`, in DIGITALOCEAN_TOKEN, or by `deploy4me exec`.";
    return [{ property: "", reason }];
  }
  const url = URL.canParse(apiUrl) ? new URL(apiUrl) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    const reason =
      "the address of DigitalOcean's API has to begin with https:// or http://. Correct DIGITALOCEAN_API_URL, or digitalocean:apiEndpoint in the configuration.";
    return [{ property: "", reason }];
  }
  const verdict = await checkDigitalOcean({
    apiUrl,
    token,
    expected: { accountUuid: known(account), teamUuid: known(team) },
  });
  return verdict.kind === "works" ? [] : [{ property: propertyOf(verdict), reason: sentence(verdict) }];
}

/** What only the update will know can't be compared in a preview. */
function known(expected: string | undefined): string | undefined {
  return expected === unknownValue ? undefined : expected;
}

function propertyOf({ kind }: Verdict): string {
  return kind === "wrong-account" ? "account" : kind === "wrong-team" ? "team" : "";
}

import type { CheckedAccount, Verdict, Works } from "../verdict";
import { Asker } from "./ask";
import { contractFor, drifts } from "./contract";
import { type Known, type Success, successOf, textIn, wholeNumber } from "./refusals";
import { isForReading, lacking, type Probe, probesFor } from "./scopes";

export interface DigitalOceanCheck {
  /** `https://api.digitalocean.com`, a guard's address, a sandbox's. */
  readonly apiUrl: string;
  readonly token: string;
  /** When the token expires, where that is known. It is asked with all the same: clocks differ. */
  readonly expires?: Date | undefined;
  /** Which account and team it has to be. Default: any. */
  readonly expected?: { readonly accountUuid?: string | undefined; readonly teamUuid?: string | undefined };
  /** What the token has to be good for, such as `droplet:create`. Default: nothing but to see the account (`account:read`). */
  readonly scopes?: readonly string[];
  /**
   * Where the token's own scopes are told: DigitalOcean's `https://cloud.digitalocean.com/v1/oauth/token/info`. The token is sent there as well. Without it, or without
   * an answer from it, scopes for reading are tried out, and others are not proven.
   */
  readonly tokenInfoUrl?: string | undefined;
  /** For all of it, in milliseconds. Default: 15,000. */
  readonly timeoutMs?: number;
}

/**
 * Looks at an account with a token: one request, and where scopes are wanted one more, or a dozen that are as cheap. Changes nothing.
 *
 * Never rejects for what the world does; whatever is wrong with token, account, network or provider is a verdict.
 * @throws TypeError when an address is none
 * @example
 * sentence(await checkDigitalOcean({ apiUrl: "https://api.digitalocean.com", token, scopes: deploymentScopes }));
 */
export async function checkDigitalOcean(check: DigitalOceanCheck): Promise<Verdict> {
  const { apiUrl, token, expires, tokenInfoUrl, scopes = [], timeoutMs = 15_000 } = check;
  const base = address(apiUrl);
  const info = tokenInfoUrl === undefined || scopes.length === 0 ? undefined : address(tokenInfoUrl);
  // Nothing else can stand in a header, and an error about it would show it.
  if (!/^[\x21-\x7e]{1,8192}$/.test(token)) return { kind: "revoked" };
  const asker = new Asker({ token, timeoutMs });
  try {
    return await verdictOf(check, { asker, base, info, known: { expires, now: new Date() } });
  } finally {
    asker.close();
  }
}

interface Means {
  readonly asker: Asker;
  readonly base: URL;
  readonly info: URL | undefined;
  readonly known: Known;
}

async function verdictOf({ expected, scopes = [] }: DigitalOceanCheck, means: Means): Promise<Verdict> {
  const { asker, base, info, known } = means;
  const [granted, reply] = await Promise.all([
    info === undefined ? undefined : grantedScopes(info, asker),
    asker.get(below(base, "/v2/account")),
  ]);
  const success = successOf(reply, "GET /v2/account", "account:read", known);
  if ("refusal" in success) return success.refusal;
  const account = accountIn(success, expected);
  if (account.kind !== "works" || scopes.length === 0) return account;
  if (granted === undefined) return await provenByTrying(account, scopes, means);
  const missing = lacking(scopes, granted);
  return missing.length > 0 ? { kind: "missing-scope", missing } : { ...account, scopes: granted };
}

function accountIn({ value, headers }: Success, expected: DigitalOceanCheck["expected"]): Verdict {
  const contract = contractFor("GET", "/v2/account", 200);
  const drift = contract === undefined ? undefined : drifts(contract, value).find(({ essential }) => essential);
  if (drift !== undefined) {
    const { operation, field, expected: type, found } = drift;
    return { kind: "api-changed", operation, field, problem: `is ${found}, and should be ${type}` };
  }
  const answered = objectIn(value, "account");
  const account = checkedAccount(answered);
  if (account.status === "locked") return { kind: "locked", account, reason: textIn(answered, "status_message") ?? "" };
  const { accountUuid, teamUuid } = expected ?? {};
  if (accountUuid !== undefined && accountUuid !== account.uuid)
    return { kind: "wrong-account", expected: accountUuid, found: account };
  if (teamUuid !== undefined && teamUuid !== account.team?.uuid)
    return { kind: "wrong-team", expected: teamUuid, found: account };
  const limits = {
    ...number("droplets", numberIn(answered, "droplet_limit")),
    ...number("reservedIps", numberIn(answered, "reserved_ip_limit") ?? numberIn(answered, "floating_ip_limit")),
    ...number("requestsLeft", wholeNumber(headers["ratelimit-remaining"])),
  };
  return { kind: "works", account, limits };
}

function checkedAccount(answered: object): CheckedAccount {
  const team = objectIn(answered, "team");
  const uuid = textIn(team, "uuid");
  return {
    uuid: textIn(answered, "uuid") ?? "",
    ...text("email", textIn(answered, "email")),
    ...text("name", textIn(answered, "name")),
    ...text("status", textIn(answered, "status")),
    ...(uuid === undefined ? {} : { team: { uuid, name: textIn(team, "name") ?? "" } }),
  };
}

/** @returns undefined when nobody says: an answer that is none, or from somewhere else, is no reason to refuse a token */
async function grantedScopes(url: URL, asker: Asker): Promise<readonly string[] | undefined> {
  const reply = await asker.get(url);
  if (reply.kind === "failure" || reply.status !== 200 || reply.answer.kind !== "json") return undefined;
  const { value } = reply.answer;
  const scopes: unknown = "scopes" in value ? value.scopes : undefined;
  if (!Array.isArray(scopes) || scopes.length === 0 || scopes.length > 1000) return undefined;
  return scopes.every((one) => typeof one === "string") ? scopes : undefined;
}

/** How many are asked for at once. */
const atOnce = 4;

async function provenByTrying(
  works: Works,
  scopes: readonly string[],
  { asker, base, known }: Means,
): Promise<Verdict> {
  const missing: Probe[] = [];
  const waiting = [...probesFor(scopes)];
  let refusal: Verdict | undefined;
  const work = async (): Promise<void> => {
    for (let probe = waiting.shift(); probe !== undefined && refusal === undefined; probe = waiting.shift()) {
      const reply = await asker.get(below(base, `${probe.path}?per_page=1`));
      const result = successOf(reply, `GET ${probe.path}`, probe.scope, known);
      if (!("refusal" in result)) continue;
      if (result.refusal.kind === "missing-scope") missing.push(probe);
      else refusal ??= result.refusal;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  if (refusal !== undefined) return refusal;
  const refused = missing.map(({ scope }) => scope).sort();
  const lacks = missing.filter(({ also }) => also === undefined || !refused.includes(also)).map(({ scope }) => scope);
  if (lacks.length > 0) return { kind: "missing-scope", missing: lacks.sort() };
  const tried = probesFor(scopes).map(({ scope }) => scope);
  const unproven = scopes.filter(
    (scope) => scope !== "account:read" && !tried.includes(scope) && !coveredBy(scope, tried),
  );
  return { ...works, ...(unproven.length === 0 ? {} : { unproven }) };
}

/** `read` itself is proven when everything was read. */
function coveredBy(scope: string, tried: readonly string[]): boolean {
  return !scope.startsWith("api:") && !scope.includes(":") && isForReading(scope) && tried.length > 0;
}

/** @throws TypeError */
function address(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new TypeError(`The address of an API has to be a URL that begins with https:// or http://.`);
  return url;
}

/** The API may be below a path. */
function below(base: URL, path: string): URL {
  return new URL(`${base.origin}${base.pathname.replace(/\/+$/, "")}${path}`);
}

function objectIn(value: object, name: string): object {
  const found = Object.hasOwn(value, name) ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
  return typeof found === "object" && found !== null ? found : {};
}

function numberIn(value: object, name: string): number | undefined {
  const found = Object.hasOwn(value, name) ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
  return typeof found === "number" ? found : undefined;
}

function text<Name extends string>(name: Name, value: string | undefined): Partial<Record<Name, string>> {
  return value === undefined ? {} : ({ [name]: value } as Partial<Record<Name, string>>);
}

function number<Name extends string>(name: Name, value: number | undefined): Partial<Record<Name, number>> {
  return value === undefined ? {} : ({ [name]: value } as Partial<Record<Name, number>>);
}

import type { Blocked, CheckedAccount, NetworkDown, Provider, Verdict, Works } from "./verdict";

export interface SentenceOptions {
  /** Default: DigitalOcean. */
  readonly provider?: Provider;
}

/** What the verdict is and what to do, for people. */
export function sentence(verdict: Verdict, { provider = "DigitalOcean" }: SentenceOptions = {}): string {
  const anew = `Connect the account anew (deploy4me connect ${provider.toLowerCase()}), or supply another token.`;
  switch (verdict.kind) {
    case "works":
      return worksSentence(verdict, provider);
    case "expired":
      return `The token for ${provider} expired at ${verdict.at.toISOString()}. ${anew}`;
    case "revoked":
      return `${provider} does not take the token: it was revoked, or was never one of ${provider}'s. ${anew}`;
    case "missing-scope":
      return (
        `The token for ${provider} lacks ${verdict.missing.length === 1 ? "the scope" : "the scopes"} ${verdict.missing.join(", ")}. ` +
        `Make one that has ${verdict.missing.length === 1 ? "it" : "them"} too, or connect the account anew and grant all that is asked for.`
      );
    case "wrong-account":
      return (
        `The token belongs to another account: ${accountInWords(verdict.found)}, not ${shown(verdict.expected)}. ` +
        "Supply the right account's token, or change the expected account in the configuration."
      );
    case "wrong-team":
      return (
        `The token belongs to another team: ${accountInWords(verdict.found)}, not the team ${shown(verdict.expected)}. ` +
        "Connect again and choose the right team, or change the expected team in the configuration."
      );
    case "locked":
      return (
        `${provider} has locked the account ${accountInWords(verdict.account)}${verdict.reason === "" ? "" : ` («${shown(verdict.reason)}»)`}. ` +
        `Ask ${provider}'s support; until then nothing can be made in it.`
      );
    case "rate-limited":
      return (
        `${provider} takes no more requests with this token until ${verdict.until.toISOString()}. ` +
        "Wait until then, and see what else uses it so much."
      );
    case "blocked":
      return blockedSentence(verdict, provider);
    case "provider-down":
      return `${provider}'s API is down: ${verdict.cause}. Look at ${statusPages[provider]}, and try again in some minutes.`;
    case "network-down":
      return `${provider}'s API can't be reached: ${verdict.cause}. ${advice(provider)[verdict.reason]}`;
    case "api-changed":
      return (
        `${provider}'s API has changed: in the answer to ${verdict.operation}, ${verdict.field === "" ? "the whole" : `«${verdict.field}»`} ` +
        `${verdict.problem}. Update deploy4me; the account itself is not the problem.`
      );
    case "guard-problem":
      return shown(verdict.message, 1000);
    case "denied":
      return `The credentials for ${provider} are right, but may not do ${verdict.action}. Allow it in the policy of the user or role.`;
    case "region-not-enabled":
      return `The region ${verdict.region} is not enabled in this account. Enable it in ${provider}'s console, or choose another one.`;
    case "clock-skew":
      return (
        `This machine's clock is ${Math.abs(verdict.seconds)} seconds ${verdict.seconds > 0 ? "ahead" : "behind"}, so ${provider} refuses what it signs. ` +
        "Set it right (NTP) and try again."
      );
    case "no-credentials":
      return `There are no credentials for ${provider}: connect an access key (deploy4me connect ${provider.toLowerCase()}), or set up those that its own tools use (aws configure).`;
    case "quota":
      return (
        `The account's quota of ${verdict.what} (${verdict.code}) is ${verdict.limit}: ${verdict.used} are used, and ${verdict.needed - verdict.used} more are needed. ` +
        `Have it raised by ${provider} (Service Quotas, in its console), remove what nobody needs, or ask for less.`
      );
  }
}

/** Who it is and which team, as far as is known, each with its id. */
export function accountInWords({ uuid, email, name, team }: CheckedAccount): string {
  const who = email ?? name;
  const account = who === undefined ? shown(uuid) : `${shown(who)} (${shown(uuid)})`;
  return `${account}${team === undefined ? "" : `, team «${shown(team.name)}» (${shown(team.uuid)})`}`;
}

function worksSentence({ account, limits, unproven = [], unseen = [] }: Works, provider: Provider): string {
  const facts = [
    ...(limits.droplets === undefined ? [] : [`${limits.droplets} droplets at most`]),
    ...(limits.requestsLeft === undefined ? [] : [`${limits.requestsLeft} requests left this hour`]),
    ...(account.status === "warning" ? [`${provider} wants something of the account's owner: see its console`] : []),
    ...(unproven.length === 0 ? [] : [`not proven, because it takes a change: ${unproven.join(", ")}`]),
    ...(unseen.length === 0 ? [] : [`quotas that could not be looked at: ${unseen.join(", ")}`]),
  ];
  return `The connection to ${provider} works: ${[accountInWords(account), ...facts].join("; ")}.`;
}

function blockedSentence({ by, form, code, rayId }: Blocked, provider: Provider): string {
  const ray = rayId === undefined ? "" : ` (ray id ${rayId})`;
  const support = `If it stays so, ${rayId === undefined ? `ask ${provider}'s support` : `give ${provider}'s support the ray id`}.`;
  if (form === "challenge")
    return (
      `${by}, in front of ${provider}'s API, wants a check for robots that only a browser can pass${ray}. ` +
      `It usually ends by itself: try again in some minutes, or from another network. ${support}`
    );
  return (
    `${by}, in front of ${provider}'s API, refuses requests from this network${code === undefined ? "" : ` with error ${code}`}${ray}. ` +
    (code === 1015
      ? "Too many came from its address: wait some minutes, and see what else asks so often."
      : `Trying again does not help: use another network, without a VPN or shared proxy. ${support}`)
  );
}

const statusPages: Readonly<Record<Provider, string>> = {
  DigitalOcean: "status.digitalocean.com",
  AWS: "health.aws.amazon.com",
};

/** The variable by which its address is set. */
const addressVariables: Readonly<Record<Provider, string>> = {
  DigitalOcean: "DIGITALOCEAN_API_URL",
  AWS: "AWS_ENDPOINT_URL",
};

const advice = (provider: Provider): Readonly<Record<NetworkDown["reason"], string>> => ({
  refused: `Check this machine's network and firewall, and the API's address where it is set (${addressVariables[provider]}).`,
  dns: `Check this machine's network and DNS, and the API's address where it is set (${addressVariables[provider]}).`,
  "no-route": "Check this machine's network.",
  "connect-timeout": "Check this machine's network and firewall.",
  tls: "See whether a proxy of your network stands in between, and whether this machine's clock is right.",
  broken: "Check this machine's network and try again.",
  "no-answer": "Check this machine's network and the provider's status page, and try again.",
});

/** What a provider says of itself, fit to be shown: one line, without control characters, not too long. */
function shown(text: string, longest = 200): string {
  const line = text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, " ").trim();
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}

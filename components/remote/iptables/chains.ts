import { builtInChains, families, type Family, isBuiltIn } from "./rules";

/**
 * All that filters on a machine, chain by chain: `ipv4 filter INPUT` → its text, a line for what becomes of packets that no
 * rule decides about, then a line for each rule as `iptables-save` has it. Chains that let everything pass are left out.
 *
 * What iptables does not know has its own keys: `nft inet guests` for foreign tables, `legacy ipv4 filter INPUT`, and
 * `unreadable`. Texts have many lines, because the engine shows those line by line: a preview reads like a change of rules.
 */
export type Chains = Readonly<Record<string, string>>;

/** The text of both families, for iptables-restore and ip6tables-restore. */
export type RestoreText = Readonly<Record<Family, string>>;

export function chainKey(family: Family, table: string, chain: string): string {
  return `${family} ${table} ${chain}`;
}

/** The text of a chain. A chain of one's own has no policy. */
export function chainText(policy: string | undefined, rules: readonly string[]): string {
  return [policy === undefined ? withoutPolicy : `policy ${policy}`, ...rules, ""].join("\n");
}

/** @returns the rules of a chain's text, without its first line */
export function rulesIn(text: string): string[] {
  return linesOf(text).slice(1);
}

/** @returns nothing for a chain of one's own */
export function policyIn(text: string): string | undefined {
  return /^policy (\w+)$/.exec(linesOf(text)[0] ?? "")?.[1];
}

export function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}

/** Whether a chain does nothing: a built-in one that lets everything pass. */
export function isOpen(table: string, chain: string, policy: string | undefined, rules: readonly string[]): boolean {
  return isBuiltIn(table, chain) && policy === "ACCEPT" && rules.length === 0;
}

/**
 * Every table with its built-in chains, whether we have rules in it or not: loading this leaves nothing else behind.
 */
export function restoreText(chains: Chains): RestoreText {
  const text = (family: Family): string =>
    Object.entries(builtInChains)
      .map(([table, builtIn]) => tableText(chains, family, table, builtIn))
      .join("");
  const [ipv4 = "", ipv6 = ""] = families.map(text);
  return { ipv4, ipv6 };
}

const withoutPolicy = "no policy";

function tableText(chains: Chains, family: Family, table: string, builtIn: readonly string[]): string {
  const prefix = `${family} ${table} `;
  const named = Object.keys(chains).filter((key) => key.startsWith(prefix));
  const own = named.map((key) => key.slice(prefix.length)).filter((chain) => !builtIn.includes(chain));
  const all = [...builtIn, ...own].map((chain) => {
    const found = chains[`${prefix}${chain}`];
    const policy = found === undefined ? "ACCEPT" : (policyIn(found) ?? "-");
    return { head: `:${chain} ${policy} [0:0]\n`, rules: rulesIn(found ?? "").map((rule) => `-A ${chain} ${rule}\n`) };
  });
  return [`*${table}\n`, ...all.map(({ head }) => head), ...all.flatMap(({ rules }) => rules), "COMMIT\n"].join("");
}

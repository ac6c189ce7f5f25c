import { chainKey, type Chains, chainText, isOpen, rulesIn } from "./chains";
import { findTable, type NftTable, parseNft, parseSave, type SavedTables } from "./listings";
import { families, type Family, isBuiltIn, isTable } from "./rules";

/** What one command said, by its name. */
export type Report = (name: string) => { readonly code: number; readonly stdout: string; readonly stderr: string };

const nftFamily = { ipv4: "ip", ipv6: "ip6" } as const;

/** What one family's tables are, as four witnesses say. */
interface Witnesses {
  readonly family: Family;
  /** What `iptables-save` says there is. */
  readonly saved: SavedTables;
  /** What `nft` says there is. */
  readonly live: readonly NftTable[];
  /** What `nft` would say if `iptables-save` told the truth. */
  readonly believed: readonly NftTable[];
  /** The applied rules, as `nft` and as `iptables-save` have them. */
  readonly desired: { readonly nft: readonly NftTable[]; readonly saved: SavedTables };
  readonly applied: Chains;
}

/** All that filters on a machine, from what its tools said. */
export function foundChains(said: Report, applied: Chains): Chains {
  const live = parseNft(said("nft").stdout);
  const tables = families.flatMap((family) =>
    tablesOf({
      family,
      saved: parseSave(said(family).stdout),
      live,
      believed: parseNft(said("found.nft").stdout),
      desired: { nft: parseNft(said("desired.nft").stdout), saved: parseSave(said(`desired.${family}`).stdout) },
      applied,
    }),
  );
  const problems = unreadable(said);
  return {
    ...Object.fromEntries(tables),
    ...Object.fromEntries(live.filter((table) => !isOurs(table)).map(foreignTable)),
    ...Object.fromEntries(
      families.flatMap((family) => legacyChains(family, parseSave(said(`legacy.${family}`).stdout))),
    ),
    ...(problems.length > 0 && { unreadable: problems.map((problem) => `${problem}\n`).join("") }),
  };
}

type Entry = readonly [key: string, text: string];

/**
 * Each failure to read. Where `iptables-save` fails, nft reads in its place; but what it lists can't be judged without the
 * applied rules beside it.
 */
function unreadable(said: Report): string[] {
  return Object.entries(whatIs).flatMap(([name, what]) => {
    const { code, stderr } = said(name);
    return code === 0 ? [] : [`${what}: exit code ${code}: ${stderr.trim().split("\n").join(" ")}`];
  });
}

const whatIs: Readonly<Record<string, string>> = {
  nft: "nft list ruleset",
  "desired.load": "loading the applied rules in a network namespace of their own",
  "desired.nft": "nft list ruleset in a network namespace of its own",
  "legacy.ipv4": "iptables-legacy-save",
  "legacy.ipv6": "ip6tables-legacy-save",
};

function isOurs({ family, name }: NftTable): boolean {
  return (family === "ip" || family === "ip6") && isTable(name);
}

function foreignTable({ family, name, blocks }: NftTable): Entry {
  const lines = blocks.flatMap(({ title, lines }) =>
    title === "" ? lines : [title, ...lines.map((line) => `  ${line}`)],
  );
  return [`nft ${family} ${name}`, [...(lines.length > 0 ? lines : ["an empty table"]), ""].join("\n")];
}

function legacyChains(family: Family, tables: SavedTables): Entry[] {
  return [...tables].flatMap(([table, chains]) =>
    [...chains].flatMap(([chain, { policy, rules }]) =>
      isOpen(table, chain, policy, rules)
        ? []
        : [[`legacy ${chainKey(family, table, chain)}`, chainText(policy, rules)] as const],
    ),
  );
}

function tablesOf(witnesses: Witnesses): Entry[] {
  const { family, live } = witnesses;
  return live
    .filter((table) => table.family === nftFamily[family] && isTable(table.name))
    .flatMap(({ name, blocks }) => {
      const others = blocks.filter(({ title }) => !title.startsWith(chainTitle));
      const lines = others.flatMap(({ title, lines }) => (title === "" ? lines : [title, ...lines]));
      return [
        ...blocks.flatMap(({ title, lines }) =>
          title.startsWith(chainTitle) ? chainEntry(witnesses, name, title.slice(chainTitle.length), lines) : [],
        ),
        ...(lines.length > 0 ? [[`${family} ${name}`, [...lines.map(nftLine), ""].join("\n")] as const] : []),
      ];
    });
}

const chainTitle = "chain ";

function chainEntry(witnesses: Witnesses, table: string, chain: string, lines: readonly string[]): Entry[] {
  const { family, saved, believed } = witnesses;
  const told = saved.get(table)?.get(chain);
  const { policy, rules } =
    told && same(linesOf(believed, family, table, chain), lines)
      ? { policy: told.policy, rules: told.rules.map(inOurWords(witnesses, table, chain)) }
      : asNftSays(witnesses, table, chain, lines);
  return isOpen(table, chain, policy, rules) ? [] : [[chainKey(family, table, chain), chainText(policy, rules)]];
}

/** From the kernel's spelling to the applied one, where the two are different. */
function inOurWords({ family, desired, applied }: Witnesses, table: string, chain: string): (rule: string) => string {
  const ours = rulesIn(applied[chainKey(family, table, chain)] ?? "");
  const theirs = desired.saved.get(table)?.get(chain)?.rules ?? [];
  const words = new Map(theirs.map((rule, index) => [rule, ours[index] ?? rule]));
  return (rule) => words.get(rule) ?? rule;
}

/**
 * A chain that iptables can't tell: rule by rule as nft lists it, and those that are applied ones by the name they were
 * applied under.
 */
function asNftSays({ family, desired, applied }: Witnesses, table: string, chain: string, lines: readonly string[]) {
  const ours = rulesIn(applied[chainKey(family, table, chain)] ?? "");
  const expected = linesOf(desired.nft, family, table, chain);
  const rest = expected.filter(isRule).map((line, index) => ({ line, rule: ours[index] ?? nftLine(line) }));
  const rules = lines.filter(isRule).map((line) => {
    const index = rest.findIndex((one) => one.line === line);
    return index < 0 ? nftLine(line) : (rest.splice(index, 1)[0]?.rule ?? nftLine(line));
  });
  const hook = hookOf(lines);
  const usual = hook.place === "" || (isBuiltIn(table, chain) && hook.place === hookOf(expected).place);
  return { policy: hook.policy, rules: usual ? rules : [nftLine(hook.place), ...rules] };
}

const hookPattern = /^(type \S+ hook .*?;) policy (\w+);/;

function isRule(line: string): boolean {
  return !hookPattern.test(line);
}

/** Where in the kernel a chain is called, and what becomes of what it does not decide. */
function hookOf(lines: readonly string[]): { readonly place: string; readonly policy: string | undefined } {
  const [, place = "", policy] = hookPattern.exec(lines.find((line) => !isRule(line)) ?? "") ?? [];
  return { place, policy: policy?.toUpperCase() };
}

function nftLine(line: string): string {
  return `nft: ${line}`;
}

function linesOf(tables: readonly NftTable[], family: Family, table: string, chain: string): readonly string[] {
  const blocks = findTable(tables, nftFamily[family], table)?.blocks;
  return blocks?.find(({ title }) => title === `${chainTitle}${chain}`)?.lines ?? [];
}

function same(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((line, index) => line === other[index]);
}

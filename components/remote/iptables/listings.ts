/** What the machine's own tools print about the kernel's rules, read into data. */

export interface SavedChain {
  /** Absent for a chain that is not built in. */
  readonly policy?: string;
  /** In the kernel's spelling, without `-A` and the chain. */
  readonly rules: readonly string[];
}

/** Table → chain → rules. */
export type SavedTables = ReadonlyMap<string, ReadonlyMap<string, SavedChain>>;

/** The output of `iptables-save` and its relatives. */
export function parseSave(text: string): SavedTables {
  const tables = new Map<string, Map<string, { policy?: string; rules: string[] }>>();
  let table = new Map<string, { policy?: string; rules: string[] }>();
  for (const line of text.split("\n")) {
    const name = /^\*(\S+)$/.exec(line)?.[1];
    if (name !== undefined) {
      table = new Map();
      tables.set(name, table);
    }
    const [, chain, policy] = /^:(\S+) (\S+)/.exec(line) ?? [];
    if (chain !== undefined) table.set(chain, { ...(policy !== "-" && policy !== undefined && { policy }), rules: [] });
    const [, of, rule] = /^-A (\S+) ?(.*)$/.exec(line) ?? [];
    if (of !== undefined) table.get(of)?.rules.push(rule ?? "");
  }
  return tables;
}

/** A chain, a set or whatever else a table of nftables holds; what stands in the table itself has no title. */
export interface NftBlock {
  /** `chain INPUT`, `set blocked` or empty. */
  readonly title: string;
  readonly lines: readonly string[];
}

export interface NftTable {
  /** `ip`, `ip6`, `inet`, `arp`, `bridge` or `netdev`. */
  readonly family: string;
  readonly name: string;
  readonly blocks: readonly NftBlock[];
}

/** The output of `nft list ruleset`. What is where shows by its tabs; no text within a rule can be taken for a brace. */
export function parseNft(text: string): NftTable[] {
  const tables: { family: string; name: string; blocks: { title: string; lines: string[] }[] }[] = [];
  let block = { title: "", lines: [] as string[] };
  for (const line of text.split("\n")) {
    const [, family, name] = /^table (\S+) (\S+) \{/.exec(line) ?? [];
    const title = /^\t(\S.*) \{$/.exec(line)?.[1];
    if (family !== undefined && name !== undefined) {
      block = { title: "", lines: [] };
      tables.push({ family, name, blocks: [block] });
    } else if (title !== undefined) {
      block = { title, lines: [] };
      tables.at(-1)?.blocks.push(block);
    } else if (line === "\t}") {
      block = tables.at(-1)?.blocks[0] ?? block;
    } else if (/^\t+\S/.test(line)) {
      block.lines.push(line.trim());
    }
  }
  return tables.map(({ blocks, ...table }) => ({
    ...table,
    blocks: blocks.filter(({ title, lines }) => title !== "" || lines.length > 0),
  }));
}

/** The one table that {@link parseNft} found under this name. */
export function findTable(tables: readonly NftTable[], family: string, name: string): NftTable | undefined {
  return tables.find((table) => table.family === family && table.name === name);
}

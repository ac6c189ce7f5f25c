import { createHash } from "node:crypto";

import { type KindOfFault, kindsOfFaults } from "./variants";

/** One fault at one place of an operation. */
export interface Case {
  readonly name: string;
  readonly operation: "up" | "destroy";
  readonly fault: KindOfFault;
  readonly definition: object;
}

/** How often a fault strikes, from its place on: once, as often as spoils a create and what is looked up for it, until the operation has failed. */
const counts = { once: 1, some: 6, always: "unlimited" } as const;

/** How many requests, or actions, of an operation without a fault are struck by each variant of a kind, by {@link variantName}. */
export type Sizes = Readonly<Record<Case["operation"], ReadonlyMap<string, number>>>;

export function variantName(fault: KindOfFault, variant: number): string {
  return `${fault.kind}/${variant}`;
}

/**
 * Every kind at every index of both operations. Its variants go round over indexes and counts.
 * @param all each variant at each place instead
 */
export function casesFor(sizes: Sizes, { all = false }: { readonly all?: boolean } = {}): Case[] {
  const cases: Case[] = [];
  for (const operation of ["up", "destroy"] as const)
    for (const fault of kindsOfFaults) {
      const reach = (variant: number): number => sizes[operation].get(variantName(fault, variant)) ?? 0;
      for (let index = 0; ; index++) {
        const variants = [...fault.variants.keys()].filter((variant) => index < reach(variant));
        if (variants.length === 0) break;
        for (const [turn, [howOften, count]] of Object.entries(counts).entries()) {
          if (fault.onlyOnce === true && howOften !== "once") continue;
          for (const variant of all ? variants : [variants[(index + turn) % variants.length]!]) {
            const name = [operation, variantName(fault, variant), howOften, index].join("/");
            const definition = { kind: fault.kind, ...fault.variants[variant], skip: index, count };
            cases.push({ name, operation, fault, definition });
          }
        }
      }
    }
  return cases;
}

/**
 * In an order that looks like chance: a part of it is a fair sample. A case has the same place among the others, and falls into the same part, whichever
 * others there are: how many there are differs a little from run to run, as actions are asked for more or less often.
 * @param parts how many parts there are, and which is wanted, from 1 on; default: all in one
 */
export function shuffled<Item extends { readonly name: string }>(
  items: readonly Item[],
  seed: number,
  { part, parts }: { readonly part: number; readonly parts: number } = { part: 1, parts: 1 },
): Item[] {
  return items
    .map((item) => ({ item, place: createHash("sha256").update(`${seed} ${item.name}`).digest().readUInt32BE() }))
    .filter(({ place }) => place % parts === part - 1)
    .sort((one, other) => one.place - other.place)
    .map(({ item }) => item);
}

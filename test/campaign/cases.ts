import { Chance } from "../sandbox/kill/chance";
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

/** In an order that is the same for the same seed: a part of it is a fair sample. */
export function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const chance = new Chance(seed);
  const left = [...items];
  for (let end = left.length - 1; end > 0; end--) {
    const other = chance.whole(end + 1);
    [left[end], left[other]] = [left[other]!, left[end]!];
  }
  return left;
}

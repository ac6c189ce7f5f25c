import type { Interference, Trouble } from "../digitalocean/interference";
import type { Action, CloudState } from "../digitalocean/state";
import { isStruck } from "./counting";
import type { Effect } from "./effect";
import { BadFault, type Kind, type Made } from "./kind";
import { kinds } from "./kinds";
import { enumeration } from "./options";

/** A fault as it is listed. */
export interface FaultReport {
  /** Its kind and a number, such as `challenge-3`. */
  readonly id: string;
  readonly kind: string;
  readonly [option: string]: unknown;
  /** How often something came that it is for. */
  readonly matched: number;
  /** How often of these it struck. */
  readonly struck: number;
  /** Whether it has struck as often as it may. */
  readonly spent: boolean;
}

interface Fault extends Made {
  readonly id: string;
  readonly kind: string;
  matched: number;
  struck: number;
  readonly clearing: AbortController;
}

/** A fault that strikes here and now, and is counted already. */
export interface Strike<One extends Effect> {
  readonly id: string;
  readonly effect: One;
  readonly cleared: AbortSignal;
}

/**
 * The faults that are set up. They are in memory alone: a sandbox that is started again has none.
 *
 * Faults are asked in the order in which they were added. A match is counted, and the decision whether it is struck is
 * made, in one go: of two requests at once, one is struck by a fault that strikes once.
 */
export class Faults implements Interference {
  private readonly faults = new Map<string, Fault>();
  private added = 0;

  /**
   * @param definition an object: `kind`, and the options of that kind
   * @throws BadFault that says what would be right
   */
  add(definition: unknown): FaultReport {
    const kind = kindOf(definition);
    const made = kind.make(definition);
    const id = `${kind.name}-${++this.added}`;
    const fault: Fault = { ...made, id, kind: kind.name, matched: 0, struck: 0, clearing: new AbortController() };
    this.faults.set(id, fault);
    return report(fault);
  }

  get isEmpty(): boolean {
    return this.faults.size === 0;
  }

  /** In the order they were added. */
  list(): FaultReport[] {
    return [...this.faults.values()].map(report);
  }

  get(id: string): FaultReport | undefined {
    const fault = this.faults.get(id);
    return fault === undefined ? undefined : report(fault);
  }

  /**
   * Takes a fault away; what it holds up goes on.
   * @returns whether it was there
   */
  clear(id: string): boolean {
    this.faults.get(id)?.clearing.abort();
    return this.faults.delete(id);
  }

  /** @returns how many there were */
  clearAll(): number {
    const ids = [...this.faults.keys()];
    for (const id of ids) this.clear(id);
    return ids.length;
  }

  /**
   * Those that strike, one at a time: what comes after one that ends the exchange is not asked.
   * @param concerns whether a fault is for what is here
   */
  *strikes<On extends Effect["on"]>(
    on: On,
    concerns: (effect: Extract<Effect, { on: On }>) => boolean,
  ): Generator<Strike<Extract<Effect, { on: On }>>> {
    for (const fault of [...this.faults.values()]) {
      const { id, effect, clearing } = fault;
      // Cleared while another one before it was waiting.
      if (!this.faults.has(id)) continue;
      if (isOn(effect, on) && concerns(effect) && take(fault)) yield { id, effect, cleared: clearing.signal };
    }
  }

  onAction(action: Action, { droplets }: Readonly<CloudState>): Trouble {
    const { target } = action;
    const name = target.kind === "droplet" ? droplets.find(({ id }) => id === target.dropletId)?.name : undefined;
    const troubles = [...this.strikes("action", (effect) => effect.concerns(action, name))].map(({ effect, cleared }) =>
      effect.strike(cleared),
    );
    return Object.assign({}, ...troubles) as Trouble;
  }
}

function isOn<On extends Effect["on"]>(effect: Effect, on: On): effect is Extract<Effect, { on: On }> {
  return effect.on === on;
}

function take(fault: Fault): boolean {
  fault.matched++;
  if (!isStruck(fault.counting, fault.matched, fault.struck)) return false;
  fault.struck++;
  return true;
}

function kindOf(definition: unknown): Kind {
  const name =
    typeof definition === "object" && definition !== null && "kind" in definition ? definition.kind : undefined;
  const kind = kinds.find((one) => one.name === name);
  if (kind !== undefined) return kind;
  const known = enumeration(kinds.map((one) => one.name));
  throw new BadFault(
    typeof name === "string"
      ? `no fault is called ${JSON.stringify(name)}: it has to be ${known}.`
      : `a fault has a kind: ${known}.`,
  );
}

function report({ id, kind, listed, matched, struck, counting: { count } }: Fault): FaultReport {
  return { ...listed, id, kind, matched, struck, spent: count !== "unlimited" && struck >= count };
}

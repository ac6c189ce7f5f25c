import type { CloudState } from "../../../sandbox/digitalocean/state";
import { collections } from "./collections";
import type { Call } from "./kinds";

/** A request and what was answered. */
export interface Exchange {
  readonly call: Call;
  readonly answer: { readonly status: number; readonly body: unknown };
  /** The droplets that had the tag when they were deleted by it; undefined when nobody knows. */
  readonly tagged?: readonly number[] | undefined;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * What the API's answers have promised: what was made is there, what was deleted is gone, what was begun ends. It knows
 * the answers alone, and so nothing of how they came about.
 */
export class Ledger {
  private readonly there = new Map<string, Set<string>>();
  private readonly gone = new Map<string, Set<string>>();
  private readonly actions = new Set<number>();

  /** @param exchanges requests that were under way together: which came first is not known */
  note(exchanges: readonly Exchange[]): void {
    const made = exchanges.flatMap(madeBy);
    const gone = exchanges.flatMap(goneBy);
    for (const one of made) this.noteThere(one);
    for (const one of gone) this.noteGone(one);
    const unclear = made.filter((one) => gone.some((other) => one.path === other.path && one.id === other.id));
    for (const { path, id } of unclear) for (const promises of [this.there, this.gone]) of(promises, path).delete(id);
    // Any of them may have had it.
    if (exchanges.some(deletedUnseen)) of(this.there, "/v2/droplets").clear();
    for (const { answer } of exchanges) for (const id of begunBy(answer)) this.actions.add(id);
  }

  /** A request that nobody answered: what it was to delete is there or not. */
  unanswered(call: Call): void {
    for (const { path, id } of goneBy({ call, answer: { status: 204, body: undefined } }))
      for (const promises of [this.there, this.gone]) of(promises, path).delete(id);
  }

  /** @param listed the identifiers under a path; @returns what was broken, in words */
  broken(state: Readonly<CloudState>, path: string, listed: readonly string[]): string[] {
    this.settle(state);
    const now = new Set(listed);
    const missing = [...of(this.there, path)].filter((id) => !now.has(id));
    const back = [...of(this.gone, path)].filter((id) => now.has(id));
    return [
      ...missing.map((id) => `${path}/${id} was made and is not there`),
      ...back.map((id) => `${path}/${id} was deleted and is there`),
    ];
  }

  /** Where records were made or deleted: they are listed by domain. */
  recordPaths(): string[] {
    return [...this.there.keys()].filter((path) => path.endsWith("/records"));
  }

  /** @returns actions that were answered with and are not known, or not ended */
  unended({ actions }: Readonly<CloudState>): number[] {
    const ended = new Set(actions.filter(({ status }) => status !== "in-progress").map(({ id }) => id));
    return [...this.actions].filter((id) => !ended.has(id));
  }

  /** Promises that hold no more, by what became of the actions: a creation that failed, a removal that failed. */
  private settle({ actions }: Readonly<CloudState>): void {
    for (const { status, type, target } of actions) {
      if (status !== "errored" || target.kind !== "droplet") continue;
      const id = String(target.dropletId);
      if (type === "create") of(this.there, "/v2/droplets").delete(id);
      if (type === "destroy") of(this.gone, "/v2/droplets").delete(id);
    }
  }

  private noteThere({ path, id }: Place): void {
    of(this.there, path).add(id);
    of(this.gone, path).delete(id);
  }

  private noteGone({ path, id }: Place): void {
    of(this.there, path).delete(id);
    of(this.gone, path).add(id);
    // What was in it is gone with it, and nobody can ask any more.
    for (const promises of [this.there, this.gone])
      for (const under of promises.keys())
        if (under.startsWith(`${path}/${encodeURIComponent(id)}/`)) promises.delete(under);
  }
}

interface Place {
  readonly path: string;
  readonly id: string;
}

function madeBy({ call: { method, path }, answer: { status, body } }: Exchange): Place[] {
  if (method !== "POST" || status >= 300) return [];
  const json = object(body);
  const collection = collections.find((one) => one.path === path);
  if (collection !== undefined) {
    const { list, one, id } = collection;
    return items(json, list, one).map((item) => ({ path, id: String(item[id]) }));
  }
  if (path.endsWith("/records")) return items(json, "", "domain_record").map(({ id }) => ({ path, id: String(id) }));
  if (path.endsWith("/snapshots"))
    return items(json, "", "snapshot").map(({ id }) => ({ path: "/v2/snapshots", id: String(id) }));
  return [];
}

function goneBy({ call: { method, path }, answer: { status }, tagged = [] }: Exchange): Place[] {
  if (method !== "DELETE" || status >= 300) return [];
  if (path.includes("?")) return tagged.map((id) => ({ path: "/v2/droplets", id: String(id) }));
  const cut = path.lastIndexOf("/");
  return [{ path: path.slice(0, cut), id: decodeURIComponent(path.slice(cut + 1)) }];
}

function deletedUnseen({ call: { method, path }, answer: { status }, tagged }: Exchange): boolean {
  return method === "DELETE" && path.includes("?") && status < 300 && tagged === undefined;
}

function begunBy({ status, body }: Exchange["answer"]): number[] {
  return status >= 300 ? [] : items(object(body), "actions", "action").map(({ id }) => Number(id));
}

/** Those under one name or the other. */
function items(body: Json, list: string, one: string): Json[] {
  const many = body[list];
  if (Array.isArray(many)) return many.map(object);
  return body[one] === undefined ? [] : [object(body[one])];
}

function object(value: unknown): Json {
  // What is no object has nothing in it that was promised.
  return typeof value === "object" && value !== null ? (value as Json) : {};
}

function of(promises: Map<string, Set<string>>, path: string): Set<string> {
  const known = promises.get(path);
  if (known !== undefined) return known;
  const made = new Set<string>();
  promises.set(path, made);
  return made;
}

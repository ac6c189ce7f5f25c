import { type Contract, contracts } from "./contract/operations";
import { differences, type Shape, shapeOf } from "./contract/shape";

export { type Contract, contracts } from "./contract/operations";

/** A field that we rely on is not as it was: it is gone, or has another type. New fields are none. */
export interface Drift {
  /** `GET /v2/droplets/{droplet_id}` */
  readonly operation: string;
  /** `droplet.region.slug`; empty for the answer as a whole. */
  readonly field: string;
  /** In words: `a string`. */
  readonly expected: string;
  /** In words, without the value: `missing`, `an object`. */
  readonly found: string;
  /** Whether a client goes wrong by it, as one that takes a missing number for zero. Others are worth a note only. */
  readonly essential: boolean;
}

/**
 * What we rely on in an answer.
 * @param path without the query
 * @returns undefined for what is no success, and for operations that we don't use
 */
export function contractFor(method: string, path: string, status: number): Contract | undefined {
  if (status < 200 || status > 299) return undefined;
  const parts = path.split("/");
  const candidates = byForm.get(formOf(method, parts.length));
  return candidates?.find(({ pattern }) => pattern.every((part, at) => part.test(parts[at] ?? "")))?.contract;
}

/** Where an answer's value differs from what we rely on; empty when it does not. Each field once, whichever item of a list it is in. */
export function drifts(contract: Contract, value: unknown): Drift[] {
  const [shape, ...others] = shapesOf(contract);
  if (shape === undefined) return [];
  const found = differences(shape, value);
  if (found.length === 0 || others.some((other) => differences(other, value).length === 0)) return [];
  const { operation } = contract;
  return found.map((difference) => ({ operation, ...difference }));
}

interface Candidate {
  readonly contract: Contract;
  readonly pattern: readonly { test(part: string): boolean }[];
}

const byForm = new Map<string, Candidate[]>();
for (const one of contracts.map(candidate)) {
  const [method = "", path = ""] = one.contract.operation.split(" ");
  const form = formOf(method, path.split("/").length);
  byForm.set(form, [...(byForm.get(form) ?? []), one]);
}

function formOf(method: string, parts: number): string {
  return `${method.toUpperCase()} ${parts}`;
}

function candidate(contract: Contract): Candidate {
  const path = contract.operation.split(" ")[1] ?? "";
  return { contract, pattern: path.split("/").map(partOf) };
}

/** Numbers are told from words that stand in the same place: `/v2/droplets/autoscale` is no droplet. */
function partOf(part: string): { test(part: string): boolean } {
  if (!part.startsWith("{")) return { test: (one) => one === part };
  return /^\{(droplet|action|domain_record)_id\}$/.test(part) ? /^\d+$/ : /./;
}

const shapes = new WeakMap<Contract, readonly Shape[]>();

function shapesOf(contract: Contract): readonly Shape[] {
  const known = shapes.get(contract);
  if (known !== undefined) return known;
  const made = [contract.fields, ...(contract.or === undefined ? [] : [contract.or])].map(shapeOf);
  shapes.set(contract, made);
  return made;
}

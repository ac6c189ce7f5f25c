import type { StepMetadata, StepState } from "./engine-event";
import type { PropertyChange } from "./operation-event";

/** How the engine marks a value that is secret, in its own events and in state (`resource.SigKey`, `resource.SecretSig`). */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
/** How it marks a value that only the update will know. */
const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const longest = 200;

/** What differs in a step, by the engine's own comparison. Secrets show only that they differ. */
export function changesOf({ op, old, new: next, diffs, keys, detailedDiff }: StepMetadata): PropertyChange[] {
  if (op === "same" || op === "read") return [];
  const replacing = new Set(keys ?? []);
  if (detailedDiff !== undefined && detailedDiff !== null && Object.keys(detailedDiff).length > 0) {
    return Object.entries(detailedDiff).map(([path, { diffKind, inputDiff }]) => ({
      path,
      kind: kindOf(diffKind),
      replaces: diffKind.endsWith("-replace"),
      ...values(path, old, next, inputDiff === true),
    }));
  }
  return (diffs ?? []).map((path) => ({
    path,
    kind: "update",
    replaces: replacing.has(path),
    ...values(path, old, next, true),
  }));
}

/** Counts what was found missing, for ourselves; the missing resource itself is told. */
const ownCounter = "pulumi-nodejs:dynamic/deploy4me:Presence";

/**
 * What a read found. A preview's events say only that a resource was read, and a component has nothing that could be
 * otherwise.
 */
export function foundBy({ op, type, old, new: next, detailedDiff }: StepMetadata): "same" | "update" | "delete" {
  if (op === "delete" || (op === "refresh" && (next === null || next === undefined))) return "delete";
  if (op === "same" || (next ?? old)?.custom !== true || ownTypes.test(type) || type === ownCounter) return "same";
  if (op === "update") return "update";
  // A provider that compares knows what is asked for and what is only counted.
  const otherwise = Object.keys(detailedDiff ?? {}).length > 0;
  return otherwise || (!detailedDiff && differing(old?.outputs, next?.outputs).length > 0) ? "update" : "same";
}

/** What a read found otherwise; by the values themselves where the provider does not say. */
export function changesFound(metadata: StepMetadata): PropertyChange[] {
  const told = changesOf({ ...metadata, op: "update" });
  if (told.length > 0) return told;
  const { old, new: next } = metadata;
  return differing(old?.outputs, next?.outputs).map((path) => {
    const before = shown(old?.outputs?.[path]);
    const after = shown(next?.outputs?.[path]);
    const kind = before === undefined ? "add" : after === undefined ? "delete" : "update";
    return { path, kind, replaces: false, ...(before && { before }), ...(after && { after }) };
  });
}

function differing(before: StepState["outputs"], after: StepState["outputs"]): string[] {
  const keys = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return [...keys].filter((key) => JSON.stringify(before?.[key]) !== JSON.stringify(after?.[key]));
}

function kindOf(diffKind: string): PropertyChange["kind"] {
  if (diffKind.startsWith("add")) return "add";
  return diffKind.startsWith("delete") ? "delete" : "update";
}

function values(
  path: string,
  old: StepState | null | undefined,
  next: StepState | null | undefined,
  fromInputs: boolean,
): Pick<PropertyChange, "before" | "after"> {
  const before = shown(valueAt(path, fromInputs ? old?.inputs : (old?.outputs ?? old?.inputs)));
  const after = shown(valueAt(path, next?.inputs ?? next?.outputs));
  return { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
}

/** `rules[0].ports` and `rules["a.b"]`, in an object that came as JSON; a secret on the way is the value. */
export function valueAt(path: string, root: unknown): unknown {
  let value: unknown = root;
  for (const [, quoted, index, name] of path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)) {
    if (isSecret(value)) return value;
    if (typeof value !== "object" || value === null) return undefined;
    const key = quoted?.replace(/\\(.)/g, "$1") ?? index ?? name ?? "";
    value = Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
  }
  return value;
}

export function isSecret(value: unknown): boolean {
  return (
    typeof value === "object" && value !== null && (value as Record<string, unknown>)[signatureKey] === secretSignature
  );
}

export function containsSecret(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return isSecret(value) || Object.values(value).some(containsSecret);
}

/** As JSON; what is secret inside it is hidden. */
function shown(value: unknown): string | undefined {
  if (value === undefined || value === unknownValue) return undefined;
  const text = JSON.stringify(value, (_key, inner: unknown) => {
    if (isSecret(inner)) return "[secret]";
    return inner === unknownValue ? "[unknown]" : inner;
  });
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}

const ownTypes = /^pulumi:(?:pulumi:Stack|providers:)/;
/** Inputs of a provider that say how the cloud is reached: a rotated one changes nothing that is deployed. */
const credentials = /^(?:[a-z-]+:)?(?:token|accessKey|secretKey|sessionToken|spacesAccessId|spacesSecretKey)$/;
const loopback = /^https?:\/\/(?:127\.|localhost\b|\[::1\])/;

/**
 * Whether a step only writes down what the engine keeps for itself: a new token of a provider, a guard's new port, or a
 * stack and a provider that were read again. No report counts these.
 */
export function isBookkeeping({ op, type, old, new: next, diffs, detailedDiff }: StepMetadata): boolean {
  if (op !== "update" || !ownTypes.test(type)) return false;
  const named = [...(diffs ?? []), ...Object.keys(detailedDiff ?? {})];
  const before = old?.inputs ?? {};
  const after = next?.inputs ?? {};
  return [...named, ...differing(before, after)].every((key) => isCredential(key, before, after));
}

function isCredential(key: string, before: Record<string, unknown>, after: Record<string, unknown>): boolean {
  if (credentials.test(key)) return true;
  const addresses = [before[key], after[key]].filter((value) => value !== undefined);
  return key === "apiEndpoint" && addresses.every((value) => typeof value === "string" && loopback.test(value));
}

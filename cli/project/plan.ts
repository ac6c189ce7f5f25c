import type { PropertyChange, StepEvent } from "../../driver/events/operation-event";
import type { Diagnosis } from "../../driver/events/translation";
import type { PreviewResult } from "../../driver/results";
import { type Paint, plainly, type Style } from "./paint";
import { counted, isReal, nameOf, printable } from "./words";

/** What becomes of a resource as a whole, whatever steps that takes. */
export type Fate = "create" | "update" | "replace" | "delete" | "same" | "other";

interface Group {
  readonly fate: Fate;
  readonly title: (count: number) => string;
  readonly sign: string;
  readonly style: Style;
}

/** What takes something away comes last: nearest to where somebody is asked. */
const groups: readonly Group[] = [
  { fate: "other", title: (count) => `Other steps: ${count}`, sign: "?", style: "dim" },
  { fate: "create", title: (count) => `Create ${count}`, sign: "+", style: "green" },
  { fate: "update", title: (count) => `Change ${count}`, sign: "~", style: "yellow" },
  {
    fate: "replace",
    title: (count) => `Replace ${count} (a new one is made, and the old one removed)`,
    sign: "±",
    style: "red",
  },
  { fate: "delete", title: (count) => `Remove ${count}`, sign: "-", style: "red" },
];

interface Planned {
  readonly step: StepEvent;
  readonly fate: Fate;
  readonly changes: readonly PropertyChange[];
}

export interface PlanOptions {
  readonly paint?: Paint;
  /** Whether every property that differs is shown. Default: of what is replaced why, of what is changed five. */
  readonly details?: boolean;
}

/** A preview for people: what would happen, grouped; what happened outside; what to look at. */
export function planLines(
  { steps, drift, warnings, unchanged }: Pick<PreviewResult, "steps" | "drift" | "warnings" | "unchanged">,
  { paint = plainly, details = false }: PlanOptions = {},
): string[] {
  const planned = fatesOf(steps);
  const parts = groups.flatMap(({ fate, title, sign, style }) => {
    const own = planned.filter((one) => one.fate === fate);
    if (own.length === 0) return [];
    return [
      paint("bold", title(own.length)),
      ...own.flatMap((one) => [paint(style, `  ${sign} ${nameOf(one.step.resource)}`), ...changeLines(one, details)]),
      "",
    ];
  });
  if (parts.length === 0)
    parts.push(unchanged ? "Nothing would change." : "Only bookkeeping would change: no resource of yours.", "");
  return [...parts, ...driftLines(drift, { paint, details }), ...warningLines(warnings, paint)];
}

/** What somebody else did, apart from what is planned. */
export function driftLines(drift: readonly StepEvent[], { paint = plainly, details = false }: PlanOptions): string[] {
  const seen = drift.filter(({ resource }) => isReal(resource));
  if (seen.length === 0) return [];
  return [
    paint("bold", `Changed outside: ${counted(seen.length, "resource")}`),
    ...seen.flatMap((step) => {
      const gone = step.operation === "delete";
      const line = `  ${gone ? "-" : "~"} ${nameOf(step.resource)}${gone ? ": it is gone" : ""}`;
      return [paint("yellow", line), ...changeLines({ step, fate: "update", changes: step.changes }, details)];
    }),
    "",
  ];
}

export function warningLines(warnings: readonly Diagnosis[], paint: Paint = plainly): string[] {
  if (warnings.length === 0) return [];
  return [
    paint("bold", "Warnings"),
    ...warnings.map(({ message, resource }) => {
      const about = resource === undefined || !isReal(resource) ? "" : `${nameOf(resource)}: `;
      return paint("yellow", `  ! ${about}${printable(message)}`);
    }),
    "",
  ];
}

/** How many resources there are of each fate; what only holds others together is none. */
export function countFates(steps: readonly StepEvent[]): Readonly<Partial<Record<Fate, number>>> {
  const counts: Partial<Record<Fate, number>> = {};
  for (const { fate } of fatesOf(steps)) counts[fate] = (counts[fate] ?? 0) + 1;
  return counts;
}

/** One entry for each resource, in the order of the engine. */
function fatesOf(steps: readonly StepEvent[]): Planned[] {
  const byUrn = new Map<string, StepEvent[]>();
  for (const step of steps) {
    const { operation, resource, drift } = step;
    if (!isReal(resource) || drift || operation === "read" || operation === "refresh") continue;
    byUrn.set(resource.urn, [...(byUrn.get(resource.urn) ?? []), step]);
  }
  return [...byUrn.values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    const replaced = own.find(({ operation }) => operation === "replace");
    const longest = own.reduce((a, b) => (b.changes.length > a.changes.length ? b : a));
    return [{ step: first, fate: replaced ? "replace" : fateOf(own), changes: longest.changes }];
  });
}

function fateOf(own: readonly StepEvent[]): Fate {
  const operations = new Set(own.map(({ operation }) => operation));
  if (operations.has("create") && operations.has("delete")) return "replace";
  for (const fate of ["create", "update", "delete", "same"] as const) if (operations.has(fate)) return fate;
  return "other";
}

const few = 5;

function changeLines({ fate, changes }: Planned, details: boolean): string[] {
  if (fate === "create" || fate === "delete") return [];
  const reasons = changes.filter(({ replaces }) => replaces);
  const wanted = details ? changes : (fate === "replace" && reasons.length > 0 ? reasons : changes).slice(0, few);
  const left = changes.length - wanted.length;
  return [
    ...wanted.map((change) => `      ${changeInWords(change)}`),
    ...(left > 0 && fate !== "replace"
      ? [`      and ${counted(left, "other property").replace("propertys", "properties")}`]
      : []),
  ];
}

/** `size: "s-1vcpu-1gb" → "s-1vcpu-2gb" (makes it be replaced)` */
function changeInWords({ path, before, after, kind, replaces }: PropertyChange): string {
  const from = before ?? (kind === "add" ? undefined : "…");
  const to = after ?? (kind === "delete" ? "nothing" : "known later");
  const words = from === undefined ? to : `${from} → ${to}`;
  return printable(`${path}: ${words}${replaces ? " (makes it be replaced)" : ""}`).replaceAll("\n", " ");
}

import fc from "fast-check";

import { kinds, weights } from "./kinds";

/** Of a sequence: requests (sent at once when there are several), or something that happens to the sandbox. */
export type Step =
  | { readonly what: "calls"; readonly calls: readonly RolledCall[] }
  /** The machine room can't do this any more. */
  | { readonly what: "refuse"; readonly name: string }
  | { readonly what: "accept" }
  /** From now on what is done in the room stays on the way: not begun yet, or done and not reported. */
  | { readonly what: "hold"; readonly when: "before" | "after" }
  /** Everything ends; then it is looked at closely. */
  | { readonly what: "rest" }
  /** A machine halts by itself. */
  | { readonly what: "halt"; readonly roll: number }
  /** The daemon is killed and started again. */
  | { readonly what: "restart" };

export interface RolledCall {
  readonly kind: string;
  readonly rolls: readonly number[];
}

const refusable = [
  "create",
  "destroy",
  "powerOn",
  "powerOff",
  "shutdown",
  "reboot",
  "rebuild",
  "resize",
  "setNetworks",
  "setFilters",
  "setReservedAddresses",
  "setZones",
  "createVolume",
  "attachVolume",
  "detachVolume",
  "resizeVolume",
  "destroyVolume",
  "snapshotVolume",
  "snapshotMachine",
  "destroySnapshot",
  "resetPassword",
];

const call: fc.Arbitrary<RolledCall> = fc.record({
  kind: fc.oneof(...Object.keys(kinds).map((kind) => ({ arbitrary: fc.constant(kind), weight: weights[kind] ?? 1 }))),
  rolls: fc.array(fc.nat(0xffff), { maxLength: 24, size: "max" }),
});

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 30,
    arbitrary: call.map((one): Step => ({ what: "calls", calls: [one] })),
  },
  {
    weight: 3,
    arbitrary: fc.array(call, { minLength: 2, maxLength: 5 }).map((calls): Step => ({ what: "calls", calls })),
  },
  { weight: 2, arbitrary: fc.constantFrom(...refusable).map((name): Step => ({ what: "refuse", name })) },
  { weight: 2, arbitrary: fc.constant<Step>({ what: "accept" }) },
  { weight: 2, arbitrary: fc.constantFrom("before", "after").map((when): Step => ({ what: "hold", when })) },
  { weight: 3, arbitrary: fc.constant<Step>({ what: "rest" }) },
  { weight: 1, arbitrary: fc.nat(0xff).map((roll): Step => ({ what: "halt", roll })) },
  { weight: 2, arbitrary: fc.constant<Step>({ what: "restart" }) },
);

/** What happens to one sandbox in its life. */
export const sequences: fc.Arbitrary<Step[]> = fc.array(step, { minLength: 1, maxLength: 45, size: "max" });

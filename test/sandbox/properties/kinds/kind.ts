import type { CloudState } from "../../../../sandbox/digitalocean/state";
import type { Dice } from "../dice";

/** A request to be sent. */
export interface Call {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: object;
}

/** A kind of request: the dice decide what it looks like, among what is there; mostly it is valid. */
export type Kind = (there: Readonly<CloudState>, dice: Dice) => Call;

/** Few, so that a name is often taken already; the last ones are none. */
export const hostNames = ["web-1", "web-2", "db.example", "Cache-3", "a", "-web", "no spaces", ""] as const;
export const tagNames = ["blue", "green", "Blue", "env:prod", "not a tag"] as const;
/** The last one takes no new droplets. */
export const regions = ["fra1", "fra1", "nyc3", "fra", "nyc2", "sfo1"] as const;

export const nobody = {
  number: 999_999_999,
  uuid: "00000000-0000-4000-8000-000000000000",
  ip: "192.0.2.77",
  name: "nowhere.example",
};

/** A part of a path, whatever is in it. */
export function part(value: string | number): string {
  return encodeURIComponent(value);
}

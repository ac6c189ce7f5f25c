import type { GuardProblemCode } from "../../guard/problems";
import type { ApiProblemCode } from "../../connections/problem";

/** What one kind of fault is tried with, and how clients may be told of it. */
export interface KindOfFault {
  readonly kind: string;
  /** The options; which of them strikes where, goes round. */
  readonly variants: readonly object[];
  /** The codes of the errors that are right beside {@link always}; empty where an error is the API's own, and goes by as it is. */
  readonly codes: readonly (GuardProblemCode | ApiProblemCode)[];
  /** Whether something is really gone from the cloud, so that the state has to be refreshed, as the error says. */
  readonly takesRefresh?: boolean;
  /** Whether it strikes one request at a time. Default: also several in a row, and all. */
  readonly onlyOnce?: boolean;
}

/** Whatever went wrong: that it is not known what came of a create. */
export const always: readonly string[] = ["CREATE_UNCONFIRMED"];

const applied = [{}, { applied: true }];
const each = (options: object): object[] => applied.map((one) => ({ ...options, ...one }));
const fields = ["id", "name", "status", "ip", "region", "tags", "networks"];

/** Every kind that the sandbox has; a test sees to it. */
export const kindsOfFaults: readonly KindOfFault[] = [
  {
    kind: "challenge",
    variants: [{ status: 403 }, { status: 503 }, { status: 200 }],
    codes: ["CHALLENGE"],
  },
  { kind: "blocked", variants: [{}, { plain: true }], codes: ["BLOCKED"] },
  {
    kind: "edge-error",
    variants: [520, 521, 522, 523, 524, 525, 526].flatMap((status) =>
      status === 520 || status === 524 ? each({ status }) : [{ status }],
    ),
    codes: ["EDGE_ERROR"],
  },
  { kind: "gateway-timeout", variants: applied, codes: ["EDGE_ERROR"] },
  { kind: "rate-limited", variants: [{ retryAfter: 1 }, {}], codes: ["RATE_LIMITED"] },
  {
    kind: "server-error",
    variants: [{ status: 500 }, { status: 502 }, { status: 503 }],
    codes: ["SERVER_ERROR", "EDGE_ERROR"],
  },
  {
    kind: "not-found",
    variants: [{}],
    codes: ["LISTING_REFUSED", "SERVER_ERROR"],
    // Where the API says of everything, again and again, that it is not there, nobody can tell that from a cloud in which it is not.
    onlyOnce: true,
  },
  { kind: "token-revoked", variants: [{}], codes: ["TOKEN_REFUSED", "RECONNECT_NEEDED"] },
  { kind: "reset", variants: applied, codes: ["CONNECTION_LOST"] },
  { kind: "slow", variants: each({ delay: 60 }), codes: ["TIMEOUT"] },
  {
    kind: "dribble",
    variants: [
      { bytes: 1, pause: 5 },
      { bytes: 200, pause: 0.05 },
    ],
    codes: ["TIMEOUT"],
  },
  {
    kind: "truncated",
    variants: ["length", "chunked", "json"].map((how) => ({ how })),
    codes: ["TRUNCATED"],
  },
  { kind: "empty", variants: [{}], codes: ["EMPTY"] },
  {
    kind: "wrong-type",
    variants: ["text/plain", "text/html", "application/octet-stream"].map((type) => ({ type })),
    codes: ["NOT_JSON"],
  },
  {
    kind: "field-renamed",
    variants: fields.map((field) => ({ path: `$..${field}`, to: `${field}_of_v3` })),
    codes: ["API_CHANGED"],
  },
  {
    kind: "field-dropped",
    variants: fields.map((field) => ({ path: `$..${field}` })),
    codes: ["API_CHANGED"],
  },
  {
    kind: "type-changed",
    variants: ["string", "number", "array", "object", "null"].flatMap((to) =>
      ["id", "name", "status"].map((field) => ({ path: `$..${field}`, to })),
    ),
    codes: ["API_CHANGED"],
  },
  { kind: "wrapped", variants: [{ in: "data" }], codes: ["API_CHANGED"] },
  {
    kind: "action-errored",
    // Not «destroy»: the API has answered by then, and the plugin waits a quarter of an hour for the droplet to be gone.
    variants: ["create", "assign_ip", "unassign_ip"].map((action) => ({ action })),
    codes: [],
    takesRefresh: true,
  },
  { kind: "action-stuck", variants: [{}], codes: [] },
  { kind: "droplet-lost", variants: [{}], codes: [], takesRefresh: true },
  { kind: "never-boots", variants: [{}], codes: [] },
  { kind: "wrong-host-key", variants: [{}], codes: [] },
  { kind: "disk-full", variants: [{}], codes: [] },
];

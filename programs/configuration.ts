import { z } from "zod";

import { InvalidArgument } from "../components/errors";
import type { DeploymentRequest } from "./deployment";

/**
 * The configuration of a stack, key by key, as `stacks/Pulumi.<stack>.yaml` has it below `deploy4me:`.
 * `stacks/Pulumi.digitalocean-small.yaml` shows each with its meaning.
 */
const schema = z.strictObject({
  name: z.string().default("office"),
  domain: z.string(),
  region: z.string(),
  adminAccess: z.array(z.string()).optional(),
  allowAdminAccessFromAnywhere: z.boolean().optional(),
  software: z.array(
    z.strictObject({
      name: z.string(),
      software: z.string(),
      subdomain: z.string().optional(),
      size: z.string().optional(),
      parameters: z.record(z.string(), z.string()).optional(),
    }),
  ),
  tls: z
    .discriminatedUnion("issuer", [
      z.strictObject({ issuer: z.literal("acme"), email: z.string().optional() }),
      z.strictObject({ issuer: z.literal("private-ca") }),
    ])
    .optional(),
  networkRange: z.string().optional(),
  bastionSize: z.string().optional(),
  adminKeys: z.array(z.string()).optional(),
  sshDirectory: z.string().optional(),
});

/** How single keys are read: `undefined` when a key is not there. */
export type ReadConfig = (key: string) => unknown;

export const configurationKeys = Object.keys(schema.shape);

/**
 * Makes the request from a stack's configuration. Only the form is checked here; what it means is checked by the
 * deployment.
 * @param read reads one key
 * @param environment `DEPLOY4ME_ADMIN_ACCESS` (ranges, separated by commas) stands in for `adminAccess`, because an example
 *   stack can't know from where it will be deployed
 * @throws InvalidArgument naming the key
 */
export function requestFrom(
  read: ReadConfig,
  environment: Readonly<Record<string, string | undefined>>,
): DeploymentRequest {
  const given = configurationKeys.flatMap((key) => {
    const value = read(key);
    return value === undefined ? [] : [[key, value] as const];
  });
  const result = schema.safeParse(Object.fromEntries(given));
  if (!result.success) {
    const issue = result.error.issues[0];
    const path = issue?.path ?? [];
    const value = path.reduce<unknown>((inner, key) => childOf(inner, key), Object.fromEntries(given));
    throw new InvalidArgument(inWords(path), value, `is not right: ${issue?.message ?? ""}`);
  }
  const adminAccess = result.data.adminAccess ?? fromEnvironment(environment.DEPLOY4ME_ADMIN_ACCESS);
  return withoutUndefined({ ...result.data, adminAccess }) as DeploymentRequest;
}

function fromEnvironment(text = ""): string[] {
  return text
    .split(",")
    .map((range) => range.trim())
    .filter((range) => range !== "");
}

function childOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined;
}

/** `["software", 0, "size"]` → `software[0].size` */
function inWords(path: readonly PropertyKey[]): string {
  return path
    .map((key, index) => (typeof key === "number" ? `[${key}]` : `${index === 0 ? "" : "."}${String(key)}`))
    .join("");
}

/** Optional keys are absent rather than undefined, all the way down. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .map(([key, inner]) => [key, withoutUndefined(inner)]),
  );
}

import { z } from "zod";

import { InvalidArgument } from "../components/errors";
import type { DeploymentRequest } from "./deployment";
import {
  adminAccess,
  adminKeys,
  allowAdminAccessFromAnywhere,
  bastionSize,
  domain,
  expected,
  networkRange,
  region,
  software,
  tls,
} from "./schema";
import { findFormProblems } from "./structure";

/**
 * The configuration of a stack, key by key, as `stacks/Pulumi.<stack>.yaml` has it below `deploy4me:`.
 * `stacks/Pulumi.digitalocean-small.yaml` shows each with its meaning.
 */
const schema = z.strictObject({
  name: z.string().default("office"),
  domain,
  region,
  adminAccess: adminAccess.optional(),
  allowAdminAccessFromAnywhere: allowAdminAccessFromAnywhere.optional(),
  software,
  tls: tls.optional(),
  networkRange: networkRange.optional(),
  bastionSize: bastionSize.optional(),
  adminKeys: adminKeys.optional(),
  sshDirectory: z.string().optional(),
  expected: expected.optional(),
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
  const written = Object.fromEntries(given);
  const [problem] = findFormProblems(schema, written);
  if (problem) throw InvalidArgument.from(problem);
  const configuration = schema.parse(written);
  return withoutUndefined({
    ...configuration,
    adminAccess: configuration.adminAccess ?? fromEnvironment(environment.DEPLOY4ME_ADMIN_ACCESS),
  }) as DeploymentRequest;
}

function fromEnvironment(text = ""): string[] {
  return text
    .split(",")
    .map((range) => range.trim())
    .filter((range) => range !== "");
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

import { z } from "zod";

import { InvalidArgument } from "../components/errors";
import type { DeploymentRequest } from "./deployment";
import { type Cloud, clouds } from "./on-every-cloud";
import {
  adminAccess,
  adminKeys,
  allowAdminAccessFromAnywhere,
  bastionSize,
  domain,
  expected,
  flowLogs,
  networkRange,
  owner,
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
  cloud: z.enum(clouds).optional(),
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
  owner: owner.optional(),
  flowLogs: flowLogs.optional(),
});

/** What only one of the clouds has. */
const ownKeys = { digitalocean: ["expected"], aws: ["owner", "flowLogs"] } as const;

/** How single keys are read: `undefined` when a key is not there. */
export type ReadConfig = (key: string) => unknown;

export const configurationKeys = Object.keys(schema.shape);

/**
 * Makes the request from a stack's configuration. Only the form is checked here; what it means is checked by the
 * deployment.
 * @param read reads one key
 * @param environment `DEPLOY4ME_ADMIN_ACCESS` (ranges, separated by commas) stands in for `adminAccess`, because an example
 *   stack can't know from where it will be deployed; on AWS `DEPLOY4ME_AWS_ADMIN_ACCESS`, where it is another address
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
  const { cloud = "digitalocean" } = configuration;
  refuseOthersKeys(cloud, written);
  const { DEPLOY4ME_ADMIN_ACCESS: usual, DEPLOY4ME_AWS_ADMIN_ACCESS: onAws } = environment;
  const standIn = cloud === "aws" ? (onAws ?? usual) : usual;
  return withoutUndefined({
    ...configuration,
    adminAccess: configuration.adminAccess ?? fromEnvironment(standIn),
  }) as DeploymentRequest;
}

function refuseOthersKeys(cloud: Cloud, written: Readonly<Record<string, unknown>>): void {
  for (const other of clouds) {
    const foreign = other === cloud ? undefined : ownKeys[other].find((key) => written[key] !== undefined);
    if (foreign !== undefined)
      throw new InvalidArgument(foreign, written[foreign], `is for ${other} alone: leave it out on ${cloud}`);
  }
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

import { z } from "zod";

import { type Cloud, clouds } from "../../programs/on-every-cloud";
import {
  adminAccess,
  adminKeys,
  allowAdminAccessFromAnywhere,
  bastionSize,
  domain,
  flowLogs,
  networkRange,
  owner,
  region,
  software,
  tls,
} from "../../programs/schema";

export { type Cloud, clouds };

/** A project's name is part of its stack's and of every name in the cloud: a DNS label, and not a long one. */
export const projectName = /^[a-z]([a-z0-9-]{0,38}[a-z0-9])?$/;

const timeToLive = z
  .union([z.iso.duration(), z.iso.datetime({ offset: true })], {
    error:
      "has to be an ISO 8601 duration, such as P30D or PT12H, or a time with its zone, such as 2027-01-31T18:00:00Z",
  })
  .meta({
    title: "Time to live",
    description:
      "How long the deployment is there: an ISO 8601 duration from the first deployment on, or a time with its zone. Past it, it is announced and then removed; a protected one is only announced. Default: for good.",
    examples: ["P30D", "2027-01-31T18:00:00Z"],
  });

/**
 * What a project asks for. The form alone; what it means is checked by `parseRequest`, which is what makes a request of
 * plain data.
 */
export const requestSchema = z.strictObject({
  project: z.string().meta({
    title: "Project",
    description:
      "The project's name, part of every name in the cloud: up to 40 lower-case letters, digits and hyphens, beginning with a letter and not ending with a hyphen.",
    pattern: projectName.source,
    examples: ["office"],
  }),
  cloud: z.enum(clouds).meta({
    title: "Cloud",
    description:
      "Whose machines it runs on. It is all that differs between clouds when region and sizes have names that every cloud has.",
  }),
  region,
  domain,
  access: z
    .strictObject({
      admins: adminAccess,
      anywhere: allowAdminAccessFromAnywhere.optional(),
      keys: adminKeys.optional(),
    })
    .meta({ title: "Access", description: "Who gets to the machines themselves, by SSH." }),
  software,
  tls: tls.optional(),
  networkRange: networkRange.optional(),
  bastionSize: bastionSize.optional(),
  owner: owner.optional(),
  flowLogs: flowLogs.optional(),
  backups: z.record(z.string(), z.unknown()).optional().meta({
    title: "Backups",
    description: "Not there yet: a request with it is refused.",
  }),
  timeToLive: timeToLive.optional(),
  protect: z.boolean().optional().meta({
    title: "Protect from removal",
    description:
      "Whether nothing may remove the deployment, its end included, before this is taken back. Default: false.",
  }),
});

/** A request as it is written. */
export type ProjectRequestSource = z.input<typeof requestSchema>;

/**
 * A request as it was accepted: checked, with everything filled in that was left out and would otherwise be decided by
 * the release that happens to be installed. Plain data: it may be stored, sent and parsed again, and stays the same. It may
 * hold secrets; `describe` makes what people may see.
 */
export interface ProjectRequest {
  readonly project: string;
  readonly cloud: Cloud;
  /** The cloud's own name, as those of all sizes. */
  readonly region: string;
  readonly domain: string;
  readonly access: {
    readonly admins: readonly string[];
    readonly anywhere: boolean;
    readonly keys: readonly string[];
  };
  readonly software: readonly RequestedSoftware[];
  readonly tls: { readonly issuer: "acme"; readonly email?: string } | { readonly issuer: "private-ca" };
  readonly networkRange: string;
  readonly bastionSize: string;
  /** On AWS alone, and there always. */
  readonly owner?: string;
  readonly flowLogs?: boolean;
  /** An ISO 8601 duration, or the end itself. Absent: for good. */
  readonly timeToLive?: string;
  readonly protect: boolean;
}

export interface RequestedSoftware {
  readonly name: string;
  readonly software: string;
  readonly size: string;
  readonly subdomain: string;
  readonly parameters: Readonly<Record<string, string>>;
}

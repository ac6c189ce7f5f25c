import { z } from "zod";

/**
 * What a definition in `catalogue/definitions/*.yaml` may say. A definition is data: it names Debian packages, files,
 * one set-up script and how to see that the software works; how that is brought to a machine is the business of
 * `components/dynamic/software`.
 *
 * An installation runs, in this order and every time (so each part has to be repeatable):
 * 1. `packages` are installed from the machine's own package sources, without recommendations;
 * 2. `files` are written, with `{{parameter}}` filled in;
 * 3. `setup` runs under `bash -euo pipefail` as root, with one exported variable for each parameter
 *    (`adminPassword` → `ADMIN_PASSWORD`);
 * 4. `services` are enabled and restarted;
 * 5. `health` is asked until it answers or its time is over.
 */

const identifier = z.string().regex(/^[a-z][a-zA-Z0-9]*$/, "a name in camelCase, such as adminPassword");
const absolutePath = z.string().regex(/^\/[\w./-]+$/, "an absolute path without spaces, such as /etc/nginx/nginx.conf");
const packageName = z.string().regex(/^[a-z0-9][a-z0-9.+-]+$/, "the name of a Debian package");
const serviceName = z.string().regex(/^[a-zA-Z0-9@._-]+$/, "the name of a systemd unit, such as nginx");
const hostName = z
  .string()
  .regex(/^\.?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/, "a host name, or a domain with a leading dot");

/** One thing a definition wants to know. Exactly one of `default`, `generate` and `required` says where a value comes from. */
export const parameterSchema = z
  .strictObject({
    /** Shown to people who fill it in. */
    description: z.string().min(1),
    /** Used when the request names none. */
    default: z.string().optional(),
    /** A secret made once for each installation and kept in the state as ciphertext. */
    generate: z.strictObject({ length: z.int().min(16).max(128) }).optional(),
    /** The request has to name it. */
    required: z.literal(true).optional(),
    /** What the whole value has to match, as a regular expression. Control characters are always refused. */
    pattern: z.string().optional(),
    /** What the pattern asks for, in words: part of the error message. */
    expected: z.string().optional(),
    /** Shown to whoever deployed, as an admin credential. */
    credential: z.enum(["user", "password"]).optional(),
  })
  .refine((p) => [p.default, p.generate, p.required].filter((source) => source !== undefined).length === 1, {
    error: "has to have exactly one of default, generate and required",
  });

export const fileSchema = z.strictObject({
  path: absolutePath,
  /** Octal, as in chmod. */
  mode: z
    .string()
    .regex(/^0[0-7]{3}$/, 'four octal digits in quotes, such as "0644"')
    .default("0644"),
  /** `user:group`. */
  owner: z
    .string()
    .regex(/^[a-z_][a-z0-9_-]*:[a-z_][a-z0-9_-]*$/, "user:group, such as root:www-data")
    .default("root:root"),
  /**
   * The text, with `{{parameter}}` for a value as it is and `{{parameter|filter}}` for one escaped for its place:
   * `php` and `sql` (inside single quotes), `shell` (a whole word, quoted), `json` (a whole string, quoted).
   */
  content: z.string(),
});

export const healthSchema = z.strictObject({
  /** Asked over plain HTTP on the machine itself, at `port`, with the deployment's host name. */
  path: z.string().startsWith("/"),
  status: z.int().min(100).max(599).default(200),
  /** A text the answer has to contain: a placeholder page or an installer must not pass. */
  contains: z.string().min(1),
  /** How long to wait for it after the services were started, in seconds. */
  seconds: z.int().min(1).max(600).default(60),
});

export const definitionSchema = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]*$/, "lower-case letters, digits and hyphens"),
  title: z.string().min(1),
  description: z.string().min(1),
  homepage: z.url(),
  /** The least a machine needs for it. */
  needs: z.strictObject({ memoryMb: z.int().min(512), diskGb: z.int().min(1) }),
  packages: z.strictObject({
    install: z.array(packageName).min(1),
    /** Packages that must not come along although something recommends or depends on them as one of several. */
    without: z.array(packageName).default([]),
    /** The package whose version is the software's version. */
    version: packageName,
  }),
  /** The TCP port on which the software answers plain HTTP to the bastion. */
  port: z.int().min(1).max(65535),
  parameters: z.record(identifier, parameterSchema).default({}),
  files: z.array(fileSchema).default([]),
  setup: z.string().default(""),
  services: z.array(serviceName).min(1),
  health: healthSchema,
  /** Hosts the software itself has to reach through the egress proxy; the machine's package sources are always allowed. */
  egress: z.array(hostName).default([]),
  /** What a backup has to hold and what removal deletes. */
  data: z.array(absolutePath).default([]),
  /** Undoes what neither the packages' removal nor deleting `files` and `data` does. Runs before these. */
  remove: z.string().default(""),
});

/** A definition as it is used: checked, defaults filled in. Plain data, so that it can be a resource's input. */
export type SoftwareDefinition = z.output<typeof definitionSchema>;
/** A definition as it is written. */
export type SoftwareDefinitionSource = z.input<typeof definitionSchema>;
export type ParameterDefinition = z.output<typeof parameterSchema>;
export type FileDefinition = z.output<typeof fileSchema>;
export type HealthDefinition = z.output<typeof healthSchema>;

/**
 * Parameters that every installation has without declaring them:
 * - `url`: where visitors find it, such as `https://wiki.example.com`, without a slash at the end
 * - `hostname`: the host name in it
 * - `networkRange`: the private network, from which only the bastion reaches the software
 * - `egressProxy`: the only way out, such as `http://bastion:3128`
 */
export const builtInParameters = ["url", "hostname", "networkRange", "egressProxy"] as const;

import type { FastifyRequest } from "fastify";

import { missingScope } from "./errors";

/** What an action on a droplet needs beside `droplet:update`, from the table in DigitalOcean's description of its API. */
const ofActions: Readonly<Record<string, readonly string[] | undefined>> = {
  restore: ["droplet:admin"],
  password_reset: ["droplet:admin"],
  rebuild: ["droplet:admin"],
  resize: ["droplet:create"],
  snapshot: ["image:create"],
};

/** Those that no operation needs as such. */
export const furtherScopes: readonly string[] = Object.values(ofActions).flatMap((scopes = []) => scopes);

/**
 * Some requests need more than their operation does, because of what their body or query says.
 * @throws ApiError 403
 */
export function requireFurtherScopes({ caller, method }: FastifyRequest, scopes: readonly string[]): void {
  const granted = caller?.scopes ?? [];
  if (granted === "all" || granted.includes(method === "GET" ? "read" : "write")) return;
  if (!scopes.every((scope) => granted.includes(scope))) throw missingScope();
}

export function scopesOfDropletAction({ type }: { readonly type: string }): readonly string[] {
  return Object.hasOwn(ofActions, type) ? (ofActions[type] ?? []) : [];
}

/** Whatever a new resource refers to has to be seen, and tags are made with it. */
export function scopesOfContents(input: {
  readonly tags?: readonly unknown[] | null | undefined;
  readonly ssh_keys?: readonly unknown[] | null | undefined;
  readonly volumes?: readonly unknown[] | null | undefined;
  readonly vpc_uuid?: string | null | undefined;
  readonly image?: unknown;
}): string[] {
  const needed: readonly (readonly [string, boolean])[] = [
    ["tag:create", (input.tags ?? []).length > 0],
    ["ssh_key:read", (input.ssh_keys ?? []).length > 0],
    ["block_storage:read", (input.volumes ?? []).length > 0],
    ["vpc:read", (input.vpc_uuid ?? "") !== ""],
    ["image:read", input.image !== undefined],
  ];
  return needed.filter(([, has]) => has).map(([scope]) => scope);
}

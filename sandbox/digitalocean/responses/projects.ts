import type { ProjectResource } from "../models/projects";
import type { CloudState, Project } from "../state";

export function projectBody({ account }: CloudState, project: Project): object {
  const { id, name, description, purpose, environment, isDefault, createdAt, updatedAt } = project;
  return {
    id,
    owner_uuid: account.teamUuid,
    owner_id: 2,
    name,
    description,
    purpose,
    ...(environment === "" ? {} : { environment }),
    is_default: isDefault,
    created_at: createdAt,
    updated_at: updatedAt,
  };
}

export function projectResourceBody({ urn, assignedAt, status }: ProjectResource, origin: string): object {
  const [, kind = "", id = ""] = urn.split(":");
  const collection = collections[kind] ?? kind;
  const at = assignedAt === undefined ? {} : { assigned_at: assignedAt };
  return { urn, ...at, links: { self: `${origin}/v2/${collection}/${id}` }, status };
}

/** By the kind that a URN names: addresses go by their older name here. */
const collections: Readonly<Record<string, string>> = {
  droplet: "droplets",
  domain: "domains",
  floatingip: "floating_ips",
  volume: "volumes",
};

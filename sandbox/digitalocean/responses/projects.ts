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
  const collection = { droplet: "droplets", floatingip: "reserved_ips", domain: "domains" }[kind] ?? kind;
  return { urn, assigned_at: assignedAt, links: { self: `${origin}/v2/${collection}/${id}` }, status };
}

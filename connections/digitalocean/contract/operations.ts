import * as of from "./fields";
import { each, type Fields, inside, only } from "./notation";

/** What we rely on in the answer to a request that succeeded. */
export interface Contract {
  /** Method and path as in the published description: `GET /v2/droplets/{droplet_id}`. */
  readonly operation: string;
  /** Of success, as published. */
  readonly status: number;
  readonly fields: Fields;
  /** Another form of the answer, which is right as well: several droplets at once. */
  readonly or?: Fields;
}

const get = (path: string, fields: Fields): Contract => ({ operation: `GET ${path}`, status: 200, fields });
const put = (path: string, fields: Fields): Contract => ({ operation: `PUT ${path}`, status: 200, fields });
const patch = (path: string, fields: Fields): Contract => ({ operation: `PATCH ${path}`, status: 200, fields });
const post = (path: string, status: number, fields: Fields): Contract => ({
  operation: `POST ${path}`,
  status,
  fields,
});
const list = (path: string, name: string, fields: Fields): Contract =>
  get(path, { ...each(name, fields), ...of.paging });

/** Of what was made, nothing but its id is missed: it exists, whatever else the answer says. */
const made = (name: string, fields: Fields, ...id: readonly string[]): Fields =>
  inside(name, only(id.length === 0 ? ["id"] : id, fields));
/** Of an action that was begun, clients read at once as well how far it is. */
const begun = made("action", of.action, "id", "status");

/** Of each operation that we use and whose answer has a body. */
export const contracts: readonly Contract[] = [
  get("/v2/account", inside("account", of.account)),

  list("/v2/account/keys", "ssh_keys", of.sshKey),
  post("/v2/account/keys", 201, made("ssh_key", of.sshKey)),
  get("/v2/account/keys/{ssh_key_identifier}", inside("ssh_key", of.sshKey)),
  put("/v2/account/keys/{ssh_key_identifier}", inside("ssh_key", of.sshKey)),

  list("/v2/droplets", "droplets", of.droplet),
  {
    ...post("/v2/droplets", 202, made("droplet", of.newDroplet)),
    or: each("droplets", only(["id"], of.newDroplet)),
  },
  get("/v2/droplets/{droplet_id}", inside("droplet", of.droplet)),
  list("/v2/droplets/{droplet_id}/actions", "actions", of.action),
  post("/v2/droplets/{droplet_id}/actions", 201, begun),
  get("/v2/droplets/{droplet_id}/actions/{action_id}", inside("action", of.action)),

  list("/v2/actions", "actions", of.action),
  get("/v2/actions/{action_id}", inside("action", of.action)),

  list("/v2/firewalls", "firewalls", of.firewall),
  post("/v2/firewalls", 202, made("firewall", of.firewall)),
  get("/v2/firewalls/{firewall_id}", inside("firewall", of.firewall)),
  put("/v2/firewalls/{firewall_id}", inside("firewall", of.firewall)),

  list("/v2/vpcs", "vpcs", of.vpc),
  post("/v2/vpcs", 201, made("vpc", of.vpc)),
  get("/v2/vpcs/{vpc_id}", inside("vpc", of.vpc)),
  put("/v2/vpcs/{vpc_id}", inside("vpc", of.vpc)),
  patch("/v2/vpcs/{vpc_id}", inside("vpc", of.vpc)),

  list("/v2/reserved_ips", "reserved_ips", of.reservedIp),
  post("/v2/reserved_ips", 202, made("reserved_ip", of.newReservedIp, "ip")),
  get("/v2/reserved_ips/{reserved_ip}", inside("reserved_ip", of.reservedIp)),
  list("/v2/reserved_ips/{reserved_ip}/actions", "actions", of.action),
  post("/v2/reserved_ips/{reserved_ip}/actions", 201, begun),
  get("/v2/reserved_ips/{reserved_ip}/actions/{action_id}", inside("action", of.action)),

  list("/v2/domains", "domains", of.domain),
  post("/v2/domains", 201, made("domain", of.domain, "name")),
  get("/v2/domains/{domain_name}", inside("domain", of.domain)),
  list("/v2/domains/{domain_name}/records", "domain_records", of.record),
  post("/v2/domains/{domain_name}/records", 201, made("domain_record", of.record)),
  get("/v2/domains/{domain_name}/records/{domain_record_id}", inside("domain_record", of.record)),
  put("/v2/domains/{domain_name}/records/{domain_record_id}", inside("domain_record", of.record)),
  patch("/v2/domains/{domain_name}/records/{domain_record_id}", inside("domain_record", of.record)),

  list("/v2/tags", "tags", of.tag),
  post("/v2/tags", 201, made("tag", of.tag, "name")),
  get("/v2/tags/{tag_id}", inside("tag", of.tag)),

  list("/v2/projects", "projects", of.project),
  post("/v2/projects", 201, made("project", of.project)),
  get("/v2/projects/{project_id}", inside("project", of.project)),
  put("/v2/projects/{project_id}", inside("project", of.project)),
  patch("/v2/projects/{project_id}", inside("project", of.project)),
  list("/v2/projects/{project_id}/resources", "resources", of.projectResource),

  list("/v2/sizes", "sizes", of.size),
  list("/v2/regions", "regions", of.region),
  list("/v2/images", "images", of.image),
  get("/v2/images/{image_id}", inside("image", of.image)),
];

import type { TestApi } from "../digitalocean/api";
import { collections } from "./collections";

/** In an order in which everything can go. */
const order = [
  "/v2/droplets",
  "/v2/volumes",
  "/v2/snapshots",
  "/v2/reserved_ips",
  "/v2/reserved_ipv6",
  "/v2/firewalls",
  "/v2/domains",
  "/v2/vpcs",
  "/v2/projects",
  "/v2/tags",
  "/v2/account/keys",
];

/** Deletes all there is. @returns what would not go, and what is left, in words */
export async function emptied(api: TestApi, settled: () => Promise<void>): Promise<string[]> {
  const broken: string[] = [];
  for (const path of order) {
    for (const id of deletable(api, path)) {
      const { status, body } = await api.delete(`${path}/${encodeURIComponent(id)}`);
      if (status !== 204) broken.push(`DELETE ${path}/${id} was answered with ${status} ${JSON.stringify(body)}`);
    }
    await settled();
    const left = deletable(api, path);
    if (left.length > 0) broken.push(`of ${path} there is left: ${left.join(", ")}`);
  }
  const { machines, volumes, snapshots, networks, filters, reserved, zones } = api.hosts;
  const disks = { machines: [...machines.keys()], volumes: [...volumes.keys()], snapshots: [...snapshots.keys()] };
  const room = { ...disks, networks, filters, reserved, zones };
  for (const [what, has] of Object.entries(room))
    if (has.length > 0) broken.push(`the room still has ${what}: ${JSON.stringify(has)}`);
  return broken;
}

/** Default networks and the default project are the account's own. */
function deletable({ cloud: { state } }: TestApi, path: string): readonly string[] {
  const own = new Set([
    ...state.vpcs.filter((vpc) => vpc.default).map(({ id }) => id),
    ...state.projects.filter(({ isDefault }) => isDefault).map(({ id }) => id),
  ]);
  const ids = collections.find((collection) => collection.path === path)?.there(state) ?? [];
  return ids.filter((id) => !own.has(id));
}

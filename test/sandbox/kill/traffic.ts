import type { CloudState } from "../../../sandbox/digitalocean/state";
import { Dice } from "../properties/dice";
import { type Call, kinds } from "../properties/kinds";
import type { Chance } from "./chance";

/** Real machines take room and time. */
const mostDroplets = 4;

const dropletCalls = ["deleteDroplet", "actOnDroplet", "actOnDroplet", "actOnDroplet", "resizeDroplet"] as const;
const otherCalls = [
  "createReservedIp",
  "assignReservedIp",
  "assignReservedIp",
  "unassignReservedIp",
  "deleteReservedIp",
  "createFirewall",
  "changeFirewall",
  "dropletsOfFirewall",
  "createVolume",
  "attachVolume",
  "attachVolume",
  "detachVolume",
  "resizeVolume",
  "deleteVolume",
  "snapshotVolume",
  "deleteSnapshot",
  "createVpc",
  "deleteVpc",
  "createRecord",
  "createTag",
] as const;

/** A mix of requests by what there is; as in life, some of them are refused. */
export function traffic(state: Readonly<CloudState>, chance: Chance): Call[] {
  const { droplets, domains } = state;
  const wanted = Math.max(0, 2 - droplets.length);
  const more = droplets.length < mostDroplets && chance.whole(2) === 0 ? 1 : 0;
  return [
    ...Array.from({ length: wanted + more }, () => newDroplet(state, chance)),
    ...(domains.length === 0 ? [{ method: "POST", path: "/v2/domains", body: { name: "kept.example" } } as const] : []),
    ...pick(state, chance, dropletCalls, 1 + chance.whole(2)),
    ...pick(state, chance, otherCalls, 2 + chance.whole(4)),
  ];
}

function pick(
  state: Readonly<CloudState>,
  chance: Chance,
  names: readonly [string, ...string[]],
  count: number,
): Call[] {
  return Array.from({ length: count }, () => kinds[chance.of(names)]?.(state, new Dice(chance.rolls(24)))).filter(
    (call) => call !== undefined,
  );
}

/** All of them are valid and small. */
function newDroplet({ vpcs, tags }: Readonly<CloudState>, chance: Chance): Call {
  const [vpc] = vpcs.filter((one) => !one.default && one.region === "fra1");
  return {
    method: "POST",
    path: "/v2/droplets",
    body: {
      name: `machine-${chance.whole(1000)}`,
      region: "fra1",
      size: "s-1vcpu-512mb-10gb",
      image: "debian-13-x64",
      ipv6: chance.whole(2) === 0,
      public_networking: chance.whole(3) > 0,
      tags: tags.slice(0, chance.whole(2)),
      ...(vpc !== undefined && chance.whole(2) === 0 ? { vpc_uuid: vpc.id } : {}),
    },
  };
}

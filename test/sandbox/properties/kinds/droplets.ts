import type { CloudState } from "../../../../sandbox/digitalocean/state";
import type { Dice } from "../dice";
import { hostNames, type Kind, nobody, part, regions, tagNames } from "./kind";

const sizes = ["s-1vcpu-1gb", "s-1vcpu-2gb", "s-1vcpu-512mb-10gb", "s-2vcpu-2gb", "s-1vcpu-1tb"] as const;
const images = ["debian-13-x64", "debian-13-x64", 195_932_981, "windows-11"] as const;
const actions = [
  "power_off",
  "power_on",
  "resize",
  "reboot",
  "rebuild",
  "rename",
  "shutdown",
  "power_cycle",
  "enable_ipv6",
  "enable_backups",
  "disable_backups",
  "snapshot",
  "password_reset",
  "restore",
  "create",
  "toString",
] as const;

export const dropletKinds = {
  createDroplet: (there, dice) => {
    const region = dice.from(regions);
    const vpcs = there.vpcs.filter((vpc) => vpc.region === region && !vpc.default).map(({ id }) => id);
    return {
      method: "POST",
      path: "/v2/droplets",
      body: {
        region,
        size: dice.from(sizes),
        image: image(there, dice),
        ...(dice.oneIn(6)
          ? { names: Array.from({ length: dice.roll(3) + 1 }, () => dice.from(hostNames)) }
          : { name: dice.from(hostNames) }),
        ...(dice.oneIn(3) ? { ipv6: true } : {}),
        ...(dice.oneIn(4) ? { public_networking: false } : {}),
        ...(dice.oneIn(3) ? { vpc_uuid: dice.known(vpcs, nobody.uuid) } : {}),
        ...(dice.oneIn(4) ? { backups: true, monitoring: true } : {}),
        ssh_keys: dice.some(
          there.sshKeys.map(({ id }) => id),
          nobody.number,
          1,
        ),
        tags: Array.from({ length: dice.roll(3) }, () => dice.from(tagNames)),
        ...(dice.oneIn(5) ? { volumes: [dice.known(freeVolumes(there), nobody.uuid)] } : {}),
      },
    };
  },

  deleteDroplet: (there, dice) => ({ method: "DELETE", path: `/v2/droplets/${dropletId(there, dice)}` }),

  deleteDropletsByTag: ({ tags }, dice) => ({
    method: "DELETE",
    path: `/v2/droplets?tag_name=${part(dice.known(tags, "nobodys"))}`,
  }),

  actOnDroplet: (there, dice) => ({
    method: "POST",
    path: `/v2/droplets/${dropletId(there, dice)}/actions`,
    body: action(there, dice),
  }),

  resizeDroplet: (there, dice) => ({
    method: "POST",
    path: `/v2/droplets/${dropletId(there, dice)}/actions`,
    body: { type: "resize", size: dice.from(sizes), ...(dice.oneIn(2) ? { disk: true } : {}) },
  }),

  actOnTag: (there, dice) => ({
    method: "POST",
    path: `/v2/droplets/actions?tag_name=${part(dice.known(there.tags, "nobodys"))}`,
    body: action(there, dice),
  }),
} satisfies Record<string, Kind>;

export function dropletId({ droplets }: Readonly<CloudState>, dice: Dice): number {
  return dice.known(
    droplets.map(({ id }) => id),
    nobody.number,
  );
}

function action(there: Readonly<CloudState>, dice: Dice): object {
  const type = dice.from(actions);
  switch (type) {
    case "resize":
      return { type, size: dice.from(sizes), disk: dice.oneIn(2) };
    case "rename":
      return { type, name: dice.from(hostNames) };
    case "snapshot":
      return { type, name: dice.from(["before", "after"]) };
    case "rebuild":
    case "restore":
      return { type, image: image(there, dice) };
    default:
      return { type };
  }
}

function image({ snapshots }: Readonly<CloudState>, dice: Dice): string | number {
  const own = snapshots.filter(({ resourceType }) => resourceType === "droplet").map(({ id }) => Number(id));
  return dice.oneIn(4) ? dice.known(own, nobody.number) : dice.from(images);
}

function freeVolumes({ volumes }: Readonly<CloudState>): string[] {
  return volumes.filter(({ dropletId: on }) => on === undefined).map(({ id }) => id);
}

import type { Hosts } from "../../hosts/hosts";
import { findSize } from "../catalogue/sizes";
import { switchOffBackups, switchOnBackups } from "../models/backups";
import { forgetDroplet, requireDroplet } from "../models/droplets";
import { forgetUnusedImages } from "../models/images";
import { takeIpv6 } from "../models/pools";
import { volumesOf } from "../models/volume-actions";
import { limits, machineSpec } from "../room";
import type { CloudState, Droplet } from "../state";
import { destructionOperations } from "./destructions";
import { dropletIdOf, machine, onDroplet } from "./on-droplet";
import type { Operation, Operations } from "./operation";
import { passwordReset } from "./password-reset";
import { dropletSnapshotOperations } from "./snapshots";

const nothing = (): Promise<void> => Promise.resolve();

export const dropletOperations: Operations = {
  ...dropletSnapshotOperations,
  ...destructionOperations,
  create: {
    act: machine((hosts, droplet, _action, _desk, state) => make(hosts, state, droplet)),
    again: machine(async (hosts, droplet, _action, _desk, state) => {
      await remove(hosts, state, droplet);
      await make(hosts, state, droplet);
    }),
    done: onDroplet((droplet) => {
      droplet.made = true;
      droplet.power = "on";
      delete droplet.machineFault;
    }),
    undo: machine((hosts, droplet, _action, _desk, state) => remove(hosts, state, droplet)),
    failed: (draft, action) => {
      forgetDroplet(draft, dropletIdOf(action));
    },
  },
  destroy: {
    act: machine((hosts, droplet, _action, _desk, state) => remove(hosts, state, droplet)),
    done: (draft, action) => {
      forgetDroplet(draft, dropletIdOf(action));
    },
  },
  power_on: { act: machine((hosts, { id }) => hosts.powerOn(id)), done: power("on") },
  power_off: { act: machine((hosts, { id }) => hosts.powerOff(id)), again: nothing, done: power("off") },
  shutdown: { act: machine((hosts, { id }) => hosts.shutdown(id)), again: nothing, done: power("off") },
  reboot: {
    act: machine((hosts, { id }) => hosts.reboot(id)),
    again: machine((hosts, { id }) => hosts.powerOn(id)),
    done: power("on"),
  },
  power_cycle: {
    act: machine(async (hosts, { id }) => {
      await hosts.powerOff(id);
      await hosts.powerOn(id);
    }),
    again: machine((hosts, { id }) => hosts.powerOn(id)),
    done: power("on"),
  },
  rebuild: {
    act: machine((hosts, droplet, { input }) =>
      hosts.rebuild(machineSpec({ ...droplet, hostname: droplet.name, image: input.image ?? droplet.image })),
    ),
    done: (draft, action) => {
      const droplet = requireDroplet(draft, dropletIdOf(action));
      droplet.hostname = droplet.name;
      droplet.image = action.input.image ?? droplet.image;
      droplet.power = "on";
      forgetUnusedImages(draft);
    },
  },
  resize: {
    act: machine((hosts, { id }, { input }) => hosts.resize(id, limits(input.size ?? ""))),
    done: onDroplet((droplet, { size, disk }) => {
      if (size === undefined) return;
      droplet.size = size;
      if (disk === true) droplet.disk = findSize(size)?.diskGb ?? droplet.disk;
    }),
  },
  // As in the original, the machine's own name stays as it is.
  rename: {
    done: onDroplet((droplet, { name }) => {
      droplet.name = name ?? droplet.name;
    }),
  },
  password_reset: passwordReset,
  // As in the original, the address is the machine's own to set up; a rebuilt one has it from its first boot.
  enable_ipv6: {
    done: (draft, action, { ranges }) => {
      const droplet = requireDroplet(draft, dropletIdOf(action));
      droplet.ipv6 ??= takeIpv6(draft, ranges);
      if (!droplet.features.includes("ipv6")) droplet.features.push("ipv6");
    },
  },
  enable_backups: { done: setPolicy() },
  change_backup_policy: { done: setPolicy() },
  disable_backups: { done: onDroplet(switchOffBackups) },
};

/**
 * The volumes come once the machine is there, as those that are attached later do. A fault that was asked for is the
 * machine's from then on, through reboots; one that is rebuilt or restored is made without it.
 */
async function make(hosts: Hosts, state: Readonly<CloudState>, droplet: Droplet): Promise<void> {
  const { machineFault: fault } = droplet;
  await hosts.create({ ...machineSpec(droplet), ...(fault === undefined ? {} : { fault }) });
  for (const { id, name } of volumesOf(state, droplet.id)) await hosts.attachVolume(id, droplet.id, name);
}

async function remove(hosts: Hosts, state: Readonly<CloudState>, { id }: Droplet): Promise<void> {
  for (const volume of volumesOf(state, id)) await hosts.detachVolume(volume.id);
  await hosts.destroy(id);
}

function power(to: "on" | "off"): NonNullable<Operation["done"]> {
  return onDroplet((droplet) => {
    droplet.power = to;
  });
}

function setPolicy(): NonNullable<Operation["done"]> {
  return onDroplet((droplet, { backupPolicy }, now) => {
    if (backupPolicy !== undefined) switchOnBackups(droplet, backupPolicy, now);
  });
}

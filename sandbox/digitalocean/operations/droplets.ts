import type { Hosts } from "../../hosts/hosts";
import { findSize } from "../catalogue/sizes";
import { forgetDroplet, requireDroplet } from "../models/droplets";
import { takeIpv6 } from "../models/pools";
import { limits, machineSpec } from "../room";
import type { Action, ActionInput, CloudState, Droplet } from "../state";
import type { Act, Operation, Operations } from "./operation";

/** Which actions a request may ask for; `create` and `destroy` come from requests of their own. */
export function isDropletAction(type: string): boolean {
  return Object.hasOwn(dropletOperations, type) && type !== "create" && type !== "destroy";
}

const nothing = (): Promise<void> => Promise.resolve();

/** Something that is done to a droplet's machine; nothing when the droplet is gone. */
function machine(act: (hosts: Hosts, droplet: Droplet, action: Action) => Promise<void>): Act {
  return async (hosts, state, action) => {
    const droplet = state.droplets.find(({ id }) => id === dropletId(action));
    if (droplet !== undefined) await act(hosts, droplet, action);
  };
}

export const dropletOperations: Operations = {
  create: {
    act: machine((hosts, droplet) => hosts.create(machineSpec(droplet))),
    again: machine(async (hosts, droplet) => {
      await hosts.destroy(droplet.id);
      await hosts.create(machineSpec(droplet));
    }),
    done: onDroplet((droplet) => {
      droplet.made = true;
      droplet.power = "on";
    }),
    undo: machine((hosts, { id }) => hosts.destroy(id)),
    failed: (draft, action) => {
      forgetDroplet(draft, dropletId(action));
    },
  },
  destroy: {
    act: machine((hosts, { id }) => hosts.destroy(id)),
    done: (draft, action) => {
      forgetDroplet(draft, dropletId(action));
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
    act: machine((hosts, droplet) => hosts.rebuild(machineSpec({ ...droplet, hostname: droplet.name }))),
    done: onDroplet((droplet, { image }) => {
      droplet.hostname = droplet.name;
      droplet.image = image ?? droplet.image;
      droplet.power = "on";
    }),
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
  // As in the original, the address is the machine's own to set up; a rebuilt one has it from its first boot.
  enable_ipv6: {
    done: (draft, action, { ranges }) => {
      const droplet = requireDroplet(draft, dropletId(action));
      droplet.ipv6 ??= takeIpv6(draft, ranges);
      addFeature(droplet, "ipv6");
    },
  },
  enable_backups: {
    done: onDroplet((droplet) => {
      addFeature(droplet, "backups");
    }),
  },
  disable_backups: {
    done: onDroplet((droplet) => {
      droplet.features = droplet.features.filter((feature) => feature !== "backups");
    }),
  },
};

function power(to: "on" | "off"): NonNullable<Operation["done"]> {
  return onDroplet((droplet) => {
    droplet.power = to;
  });
}

function onDroplet(edit: (droplet: Droplet, input: ActionInput) => void): (draft: CloudState, action: Action) => void {
  return (draft, action) => {
    edit(requireDroplet(draft, dropletId(action)), action.input);
  };
}

function addFeature(droplet: Droplet, feature: string): void {
  if (!droplet.features.includes(feature)) droplet.features.push(feature);
}

function dropletId({ target }: Action): number {
  if (target.kind !== "droplet") throw new Error(`the action's target is a ${target.kind}`);
  return target.dropletId;
}

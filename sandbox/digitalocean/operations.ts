import type { Hosts, SandboxRanges } from "../hosts/hosts";
import { findSize } from "./catalogue/sizes";
import { forgetDroplet, requireDroplet } from "./models/droplets";
import { takeIpv6 } from "./models/pools";
import { finishAssign, finishUnassign } from "./models/reserved-ips";
import { limits, machineSpec } from "./room";
import type { Action, ActionInput, CloudState, Droplet } from "./state";

/** What a change needs beside the state. */
export interface Context {
  readonly ranges: SandboxRanges;
  readonly now: string;
}

/** What an action does: to the machine room first, and when that is done, to the state. */
export interface Operation {
  readonly act?: (hosts: Hosts, droplet: Droplet, action: Action) => Promise<void>;
  /** In place of `act`, when the daemon was killed on the way: every machine is off then, or half made. */
  readonly again?: (hosts: Hosts, droplet: Droplet, action: Action) => Promise<void>;
  readonly done?: (draft: CloudState, action: Action, context: Context) => void;
  /** Removes from the room what a failed `act` may have left. */
  readonly undo?: (hosts: Hosts, droplet: Droplet) => Promise<void>;
  readonly failed?: (draft: CloudState, action: Action, context: Context) => void;
}

export function operationOf({ type, target }: Pick<Action, "type" | "target">): Operation {
  const operation = target.kind === "droplet" ? dropletOperations[type] : reservedIpOperations[type];
  if (operation === undefined) throw new Error(`there is no action ${type} on a ${target.kind}`);
  return operation;
}

/** Which actions a request may ask for; `create` and `destroy` come from requests of their own. */
export function isDropletAction(type: string): boolean {
  return type in dropletOperations && type !== "create" && type !== "destroy";
}

const nothing = (): Promise<void> => Promise.resolve();

const dropletOperations: Readonly<Record<string, Operation>> = {
  create: {
    act: (hosts, droplet) => hosts.create(machineSpec(droplet)),
    again: async (hosts, droplet) => {
      await hosts.destroy(droplet.id);
      await hosts.create(machineSpec(droplet));
    },
    done: onDroplet((droplet) => {
      droplet.made = true;
      droplet.power = "on";
    }),
    undo: (hosts, { id }) => hosts.destroy(id),
    failed: (draft, action) => {
      forgetDroplet(draft, dropletId(action));
    },
  },
  destroy: {
    act: (hosts, { id }) => hosts.destroy(id),
    done: (draft, action) => {
      forgetDroplet(draft, dropletId(action));
    },
  },
  power_on: { act: (hosts, { id }) => hosts.powerOn(id), done: power("on") },
  power_off: { act: (hosts, { id }) => hosts.powerOff(id), again: nothing, done: power("off") },
  shutdown: { act: (hosts, { id }) => hosts.shutdown(id), again: nothing, done: power("off") },
  reboot: { act: (hosts, { id }) => hosts.reboot(id), again: (hosts, { id }) => hosts.powerOn(id), done: power("on") },
  power_cycle: {
    act: async (hosts, { id }) => {
      await hosts.powerOff(id);
      await hosts.powerOn(id);
    },
    again: (hosts, { id }) => hosts.powerOn(id),
    done: power("on"),
  },
  rebuild: {
    act: (hosts, droplet) => hosts.rebuild(machineSpec({ ...droplet, hostname: droplet.name })),
    done: onDroplet((droplet, { image }) => {
      droplet.hostname = droplet.name;
      droplet.image = image ?? droplet.image;
      droplet.power = "on";
    }),
  },
  resize: {
    act: (hosts, { id }, { input }) => hosts.resize(id, limits(input.size ?? "")),
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

const reservedIpOperations: Readonly<Record<string, Operation>> = {
  assign_ip: { done: finishAssign },
  unassign_ip: { done: finishUnassign },
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

import type { RunningSandbox, StartOptions } from "../../../cli/daemon";
import type { DaemonFiles } from "../../../sandbox/daemon-files";
import type { World } from "../fixture/world";

/** A machine, as its cloud describes it. */
export interface Machine {
  readonly id: string;
  readonly name: string;
  /** Its own addresses towards the outside, of both families: reserved ones, which lead to it, are not among them. */
  readonly publicAddresses: readonly string[];
  readonly privateAddress: string;
}

export interface NewMachine {
  readonly name: string;
  readonly userData: string;
  /** The machine of the deployment beside which it shall stand. Default: a network that no deployment is in. */
  readonly beside?: Machine;
}

/** Puts back what was changed. */
export type Undo = () => Promise<void>;

/** An account in the cloud, as somebody beside `pulumi` uses it: to look, and to do things behind its back. */
export interface Account {
  machines(): Promise<Machine[]>;
  /** The deployment's machine, such as `wiki`. */
  machine(part: string): Promise<Machine>;
  /** Makes a machine with public addresses that no cloud firewall filters. */
  createUnfiltered(wanted: NewMachine): Promise<Machine>;
  /** Deletes it and waits until it is gone. */
  delete(id: string): Promise<void>;
  /** Switches it, and waits until that is done; after a reboot nothing more is known than that it was asked for. */
  act(id: string, action: Action): Promise<void>;
  reservedAddresses(): Promise<string[]>;
  /** Has the cloud's firewalls of the deployment admit everything, both ways. */
  withoutFirewalls(): Promise<Undo>;
  /** Has the bastion's cloud firewall admit everybody to a TCP port: what somebody does by hand. */
  admitByHand(port: number): Promise<void>;
  /** Whether the bastion's cloud firewall admits anybody to a TCP port. */
  admits(port: number): Promise<boolean>;
  addRecord(domain: string, label: string, address: string): Promise<Undo>;
  /** Everything that can be made and so can be left over, in words. */
  inventory(): Promise<string[]>;
  /** The number that the sandbox has given to the machine: part of its cgroup's path. */
  numberOf(id: string): Promise<number>;
}

export type Action = "reboot" | "power_off" | "power_on";

/** A configuration that has to be refused, and the sentence that says why. */
export interface Mistake {
  readonly title: string;
  readonly config: object;
  readonly sentence: RegExp;
  /** Whether nobody but the cloud itself knows. Default: no. */
  readonly byCloud?: boolean;
}

/** By which of its addresses the bastion is met. */
export type BastionAddress = "reserved" | "ipv4" | "ipv6";

/** What is particular to a cloud: everything else in this suite is the same for all of them. */
export interface CloudKind {
  readonly title: string;
  /** How the sandbox has to be started. */
  readonly start: StartOptions;
  readonly ranges: (sandbox: RunningSandbox) => World["ranges"];
  /** Where the sandbox keeps this cloud's machines. */
  readonly room: (files: DaemonFiles) => string;
  readonly region: string;
  /** The stack's configuration that decides on the cloud. */
  readonly settings: object;
  /** The variable that stands in for `adminAccess`. */
  readonly adminAccessVariable: string;
  /** What `pulumi` is told beside what the sandbox says. */
  readonly environment: (world: World) => Readonly<Record<string, string>>;
  /** Files of the tests' own that hold what gives access to the account. */
  readonly secretFiles: (world: World) => readonly string[];
  /** The type of a machine's resource. */
  readonly machineType: string;
  readonly bastionAddresses: readonly BastionAddress[];
  /** Where a preview shows what somebody did to the bastion's cloud firewall. */
  readonly firewallDrift: { readonly resource: string; readonly shows: RegExp };
  /** How a machine asks for its own id, in Python: defines `ask(opener)`, which returns the status of the answer. */
  readonly askMetadata: string;
  readonly mistakes: readonly Mistake[];
  readonly account: (world: World) => Account;
  /** The account by an access of its own, for somebody who looks all the time. */
  readonly watcher: (world: World) => Promise<Account>;
  /** Once the deployment is made. */
  readonly deployed: (world: World) => Promise<void>;
}

/** Projects are named so: other machines of an account are named otherwise. */
const project = "deploy4me";

export function machineNamed(machines: readonly Machine[], part: string): Machine {
  const found = machines.find(({ name }) => name.startsWith(`${project}-`) && name.endsWith(`-${part}`));
  if (!found) throw new Error(`the cloud has no machine for ${part}`);
  return found;
}

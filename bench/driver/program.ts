import "../../programs/lean";

import * as command from "@pulumi/command";
import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";

import { SshKeyPair } from "../../components/dynamic/keys";

/** What is deployed to be measured. */
export interface BenchRequest {
  readonly name: string;
  /** How many tags. */
  readonly tags: number;
  /** With a key pair of ours (a dynamic provider) and a command: every plugin that a deployment has, is there. */
  readonly plugins?: boolean;
  /** How long that command takes, in seconds, and what makes it run again. */
  readonly sleep?: number;
  readonly trigger?: string;
}

/** A program is a function of its request. */
export function measured({ name, tags, plugins = false, sleep = 0, trigger = "" }: BenchRequest) {
  return (): Promise<Record<string, unknown>> => {
    const made = Array.from({ length: tags }, (_, at) => new digitalocean.Tag(`tag-${at}`, { name: `${name}-${at}` }));
    if (plugins) {
      new SshKeyPair("keys", { comment: name });
      new command.local.Command("pause", { create: `sleep ${sleep}`, update: `sleep ${sleep}`, triggers: [trigger] });
    }
    return Promise.resolve({ tags: pulumi.all(made.map((tag) => tag.name)).apply((names) => names.length) });
  };
}

import "../../../programs/lean";

import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";

/** What the tests deploy: resources of the cloud alone, so that a deployment takes a second. */
export interface CloudRequest {
  /** The stack, and the beginning of every name in the cloud. */
  readonly name: string;
  /** How many tags. */
  readonly tags: number;
  /** Of the network; absent: there is none. */
  readonly vpc?: string;
  /** Droplets by name; they take their time. */
  readonly droplets?: readonly string[];
  /** A secret output. */
  readonly secret?: string;
  /** What the program does beside that. */
  readonly act?: Act;
}

/** How a program can go wrong, and what it may print. */
export type Act =
  | "throws"
  | "exits"
  | "aborts"
  | "rejects"
  | "rejects-late"
  | "loops"
  | "fills-heap"
  | "fills-buffers"
  | "prints"
  | "prints-environment"
  | "starts-daemon"
  | "floods";

/** A program is a function of its request. */
export function cloud(request: CloudRequest): () => Promise<Record<string, unknown>> {
  return async () => {
    const { name, tags, vpc, droplets = [], secret, act } = request;
    const made = Array.from({ length: tags }, (_, index) => {
      return new digitalocean.Tag(`tag-${index}`, { name: `${name}-${index}` });
    });
    const network =
      vpc === undefined
        ? undefined
        : new digitalocean.Vpc("vpc", { name: `${name}-vpc`, region: "fra1", description: vpc });
    const machines = droplets.map(
      (one) =>
        new digitalocean.Droplet(one, {
          name: `${name}-${one}`,
          image: "debian-13-x64",
          region: "fra1",
          size: "s-1vcpu-1gb",
        }),
    );
    if (act !== undefined) await acts[act](request);
    return {
      tags: pulumi.all(made.map((tag) => tag.name)),
      ...(network === undefined ? {} : { range: network.ipRange }),
      ...(machines.length === 0 ? {} : { droplets: pulumi.all(machines.map((one) => one.id)) }),
      ...(secret === undefined
        ? {}
        : { secret: pulumi.secret(secret), nested: { inner: pulumi.secret(secret), open: 1 } }),
    };
  };
}

const acts: Readonly<Record<Act, (request: CloudRequest) => void | Promise<void>>> = {
  throws: () => {
    throw new Error("the program does not want to");
  },
  exits: () => process.exit(7),
  aborts: () => {
    process.abort();
  },
  rejects: () => {
    void Promise.reject(new Error("nobody waits for this"));
  },
  "rejects-late": () => {
    // The function has answered by then, and nothing of what it asked for is there yet.
    setImmediate(() => void Promise.reject(new Error("nobody waits for this, and it comes late")));
  },
  loops: () => {
    for (;;);
  },
  "fills-heap": async () => {
    // Numbers hold no references: little work for the collector, which otherwise takes seconds before it gives up.
    const kept: number[][] = [];
    for (;;) {
      kept.push(new Array<number>(1 << 20).fill(kept.length + 0.5));
      await new Promise((resolve) => setImmediate(resolve));
    }
  },
  "fills-buffers": async () => {
    const kept: Buffer[] = [];
    for (;;) {
      kept.push(Buffer.alloc(8 << 20, kept.length + 1));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  },
  prints: () => {
    process.stdout.write("to standard output\n");
    process.stderr.write("to standard error\n");
  },
  "prints-environment": () => {
    process.stdout.write(`${JSON.stringify(process.env)}\n`);
  },
  "starts-daemon": async () => {
    const { spawn } = await import("node:child_process");
    spawn("sleep", ["600"], { detached: true, stdio: "ignore" }).unref();
  },
  floods: async () => {
    for (;;) {
      await pulumi.log.info("x".repeat(100_000));
      process.stdout.write("y".repeat(1000) + "\n");
    }
  },
};

import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { writeDurably } from "../durable-file";
import { openRegions } from "./catalogue/regions";
import { ensureDefaultVpc } from "./models/vpcs";
import type { CloudState } from "./state";

const stateVersion: CloudState["version"] = 2;

/** Where the state is kept. */
export interface Store {
  /** @returns undefined when nothing was kept yet */
  read(): CloudState | undefined;
  /** Returns when the state will survive a power failure: the file is the old or the new one, never half of it. */
  write(state: CloudState): void;
}

/** The file can't be used: written by another version, or damaged. */
export class UnreadableState extends Error {
  override readonly name = "UnreadableState";
  readonly code = "UNREADABLE_STATE";

  constructor(
    readonly file: string,
    readonly why: string,
  ) {
    super(`the sandbox's state in ${file} can't be used: ${why}. Start anew with \`deploy4me sandbox reset\`.`);
  }
}

/** A JSON file that only its owner may read: user data holds keys. */
export function fileStore(directory: string): Store {
  const file = join(directory, "cloud.json");
  return {
    read() {
      if (!existsSync(file)) return undefined;
      return parse(file, readFileSync(file, "utf8"));
    },
    write(state) {
      writeDurably(file, JSON.stringify(state));
    },
  };
}

function parse(file: string, text: string): CloudState {
  let state: unknown;
  try {
    state = JSON.parse(text);
  } catch (error) {
    throw new UnreadableState(file, error instanceof Error ? error.message : String(error));
  }
  const version = typeof state === "object" && state !== null && "version" in state ? state.version : undefined;
  if (version !== stateVersion)
    throw new UnreadableState(file, `it has version ${String(version)}, this is version ${stateVersion}`);
  // Nobody else writes this file, and its version is checked.
  return state as CloudState;
}

/** The account: it has a default project, and in every region a default network, as accounts have that were used before. */
export function emptyState(now: string): CloudState {
  const state: CloudState = {
    version: stateVersion,
    account: { uuid: randomUUID(), teamUuid: randomUUID() },
    next: { droplet: 1001, action: 200_001, sshKey: 30_001, record: 500_001, image: 250_000_001 },
    lastAddress: {},
    sshKeys: [],
    droplets: [],
    actions: [],
    vpcs: [],
    reservedIps: [],
    reservedIpv6s: [],
    volumes: [],
    snapshots: [],
    domains: [],
    tags: [],
    firewalls: [],
    projects: [
      {
        id: randomUUID(),
        name: "first-project",
        description: "Update your project information under Settings",
        purpose: "Just trying out DigitalOcean",
        environment: "Development",
        isDefault: true,
        createdAt: now,
        updatedAt: now,
      },
    ],
    projectOf: {},
  };
  for (const region of openRegions) ensureDefaultVpc(state, region, now);
  return state;
}

import type { Command } from "commander";

import { type Connection, type Credentials, localTenant } from "../oauth/connection";
import { openEmbeddedVault } from "../oauth/vault/embedded";
import { messageOf } from "../oauth/vault/errors";
import type { Vault } from "../oauth/vault/vault";
import { connectionsDirectory, home } from "./home";

/** A connection as it is listed. */
export interface ListedConnection extends Omit<Connection, "tenant" | "created" | "changed"> {
  /** ISO 8601. */
  readonly changed: string;
  /** When its token runs out; absent when nothing is known of that. ISO 8601. */
  readonly expires?: string;
  /** Whether the token is renewed before that. */
  readonly renewed: boolean;
  /** Why its credentials can't be read. */
  readonly problem?: string;
}

/** `deploy4me connections`: which there are, without their secrets. */
export function registerConnections(program: Command): void {
  program
    .command("connections")
    .description("the accounts that Deploy4Me is connected to")
    .option("--json", "for programs")
    .action(async ({ json = false }: { json?: boolean }) => {
      const vault = await openEmbeddedVault(connectionsDirectory(home()));
      try {
        const connections = await listed(vault);
        process.stdout.write(json ? `${JSON.stringify(connections, undefined, 2)}\n` : table(connections));
      } finally {
        await vault.close();
      }
    });
}

async function listed(vault: Vault): Promise<readonly ListedConnection[]> {
  const connections = await vault.list(localTenant);
  return Promise.all(
    connections.map(async (connection) => {
      const { name, id, kind, state, reason, account, changed } = connection;
      return {
        ...{ name, id, kind, state },
        ...(reason === undefined ? {} : { reason }),
        ...(account === undefined ? {} : { account }),
        changed: changed.toISOString(),
        ...(await vault.read(connection).then(({ credentials }) => endOf(credentials), unreadable)),
      };
    }),
  );
}

function endOf(credentials: Credentials): Pick<ListedConnection, "expires" | "renewed"> {
  const expires = "expires" in credentials ? credentials.expires : undefined;
  const renewed = credentials.kind === "digitalocean-oauth" && credentials.refreshToken !== undefined;
  return { ...(expires === undefined ? {} : { expires }), renewed };
}

/** The others are shown all the same. */
function unreadable(error: unknown): Pick<ListedConnection, "problem" | "renewed"> {
  return { problem: messageOf(error), renewed: false };
}

function table(connections: readonly ListedConnection[]): string {
  if (connections.length === 0) return "There is no connection yet. Make one with: deploy4me connect digitalocean\n";
  const rows = [
    ["NAME", "KIND", "ACCOUNT", "STATE", "TOKEN UNTIL"],
    ...connections.map((one) => [one.name, one.kind, accountOf(one), stateOf(one), untilOf(one)]),
  ];
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  return [...lines, ...problems(connections), ""].join("\n");
}

function accountOf({ account }: ListedConnection): string {
  if (account === undefined) return "not known";
  const { email, name, uuid, team } = account;
  return plain(`${email ?? name ?? uuid}${team === undefined ? "" : ` (${team.name})`}`);
}

const reasons: Readonly<Record<NonNullable<Connection["reason"]>, string>> = {
  refused: "connect anew: refused",
  "answer-lost": "connect anew: a renewal's answer was lost",
  disconnected: "disconnected, not revoked",
};

function stateOf({ state, reason, problem }: ListedConnection): string {
  if (problem !== undefined) return "damaged";
  return state === "usable" || reason === undefined ? state : reasons[reason];
}

function untilOf({ expires, renewed, state }: ListedConnection): string {
  if (expires === undefined) return "not known";
  const time = expires.replace("T", " ").replace(/:\d\d(\.\d+)?Z$/, " UTC");
  return renewed && state === "usable" ? `${time}, then renewed` : time;
}

function problems(connections: readonly ListedConnection[]): readonly string[] {
  return connections.flatMap(({ name, problem }) => (problem === undefined ? [] : [`${name}: ${problem}`]));
}

/** What an account is called at its provider is not to move the cursor. */
function plain(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, " ");
}

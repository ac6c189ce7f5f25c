import { randomUUID } from "node:crypto";

import type { FastifyInstance, FastifyRequest } from "fastify";

import { EmptyRoom } from "../hosts/empty-room";
import { type Access, bearerToken } from "./access";
import { Cloud } from "./cloud";
import { forbidden } from "./errors";
import { type CloudState, timestamp } from "./state";
import { emptyState, fileStore } from "./store";

/**
 * The account's second team, which has nothing and may have nothing: who chose it by mistake finds an empty cloud, as he
 * would at the original. Of the same account, with a machine room of its own that has no machines.
 * @param directory where its state is kept
 */
export function openEmptyTeam(account: Cloud, directory: string, log: (line: string) => void): Promise<Cloud> {
  const kept = fileStore(directory);
  const { uuid } = account.state.account;
  const state = emptyState(timestamp(account.clock.now()));
  const store = {
    read: () =>
      kept.read() ?? {
        ...state,
        account: {
          uuid,
          teamUuid: randomUUID(),
          teamName: "Empty Team",
          limits: { droplets: 0, reservedIps: 0, volumes: 0 },
        },
      },
    write: (changed: CloudState) => {
      kept.write(changed);
    },
  };
  return Cloud.open({ store, hosts: new EmptyRoom(account.hosts.ranges), clock: account.clock, log });
}

/** Whether a request is for a team of the account: its token says so. */
export function isForTeam(access: Access, teamUuid: string): (request: FastifyRequest) => boolean {
  return (request) => {
    const token = bearerToken(request);
    return token !== undefined && access.authenticate(token)?.team === teamUuid;
  };
}

/** What the team's limits refuse in the original's words; everything else that would make something is refused here. */
const limited = /^\/v2\/(droplets|reserved_ips|floating_ips|volumes)$/;

/** Nothing is made or changed in a team that is to stay empty. */
export function keepEmpty(app: FastifyInstance): void {
  app.addHook("onRequest", ({ method, url }, _reply, next) => {
    const looks = method === "GET" || method === "HEAD";
    const path = url.replace(/\?.*/, "");
    if (looks || (method === "POST" && limited.test(path))) next();
    else next(forbidden("This team of the sandbox is empty and stays so: nothing can be made or changed in it."));
  });
}

import type { dynamic } from "@pulumi/pulumi";

import type { ConnectOptions, SshEndpoint, SshTarget } from "../remote/ssh";
import { keyBlob } from "../remote/ssh-keys";
import { unknownValue } from "./provider";

/** For machines that may just be booting: single tries are short, so that one that is up is not kept waiting. */
export const patience: ConnectOptions = { timeoutMs: 10_000, waitMs: 240_000 };

/** What is wrong with a connection that can be seen without using it. */
export function connectionFailures(connection: SshTarget | typeof unknownValue): dynamic.CheckFailure[] {
  if (connection === unknownValue) return [];
  const { proxy, ...target } = connection;
  return [...endpointFailures("connection", target), ...(proxy ? endpointFailures("connection.proxy", proxy) : [])];
}

function endpointFailures(property: string, endpoint: SshEndpoint): dynamic.CheckFailure[] {
  const required = (["host", "user", "privateKey", "hostKey"] as const).filter((name) => !endpoint[name]);
  return [
    ...required.map((name) => ({ property: `${property}.${name}`, reason: `${property}.${name} has to be given.` })),
    ...(endpoint.hostKey && endpoint.hostKey !== unknownValue && !isHostKey(endpoint.hostKey)
      ? [
          {
            property: `${property}.hostKey`,
            reason: `${property}.hostKey has to be an ed25519 public key, such as "ssh-ed25519 AAAA…".`,
          },
        ]
      : []),
  ];
}

function isHostKey(text: string): boolean {
  try {
    keyBlob(text);
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

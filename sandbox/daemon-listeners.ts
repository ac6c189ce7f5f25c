import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Server } from "node:https";
import type { AddressInfo } from "node:net";

import type { FastifyInstance } from "fastify";

import type { DaemonFiles } from "./daemon-files";
import { isAddressInUse } from "./daemon-lock";
import { ensureAuthority, tlsServer } from "./tls/listener";

/** Loopback alone: nobody from outside this machine. */
const host = "127.0.0.1";

/** Where an API answers, once over plain HTTP and once over TLS. */
export interface ApiAddresses {
  readonly apiUrl: string;
  readonly tlsUrl: string;
  /** The certificate of the authority that the API's own is signed by (PEM). */
  readonly caFile: string;
}

/** Both ports are those of the last start, where no other program has taken them meanwhile: then free ones. */
export async function listen(
  app: FastifyInstance,
  files: DaemonFiles,
  log: (line: string) => void,
): Promise<ApiAddresses> {
  const secure = await tlsServer(app, await ensureAuthority(files));
  const tlsPort = await onKeptPort(files.tlsPort, log, (port) => listenOn(secure, port));
  const port = await onKeptPort(files.port, log, async (wanted) =>
    Number(new URL(await app.listen({ host, port: wanted })).port),
  );
  return { apiUrl: `http://${host}:${port}`, tlsUrl: `https://${host}:${tlsPort}`, caFile: files.ca };
}

async function onKeptPort(
  file: string,
  log: (line: string) => void,
  listenOnPort: (port: number) => Promise<number>,
): Promise<number> {
  const kept = existsSync(file) ? Number(readFileSync(file, "utf8")) : 0;
  const port = await listenOnPort(kept).catch((error: unknown) => {
    if (!isAddressInUse(error)) throw error;
    log(`port ${kept} was taken by another program: the API moves to another one`);
    return listenOnPort(0);
  });
  writeFileSync(file, `${port}\n`);
  return port;
}

function listenOn(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.off("error", reject);
      // It listens on an address and a port, not on a socket's path.
      resolve((server.address() as AddressInfo).port);
    });
  });
}

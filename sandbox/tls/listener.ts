import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:https";

import type { FastifyInstance } from "fastify";

import { rememberTransports } from "../faults/connection";
import { type Certified, issueAuthority, issueCertificate } from "./certificates";

const day = 86_400_000;

/** Where a sandbox's authority lies. */
export interface AuthorityFiles {
  /** Its certificate (PEM): what a client has to believe in. */
  readonly ca: string;
  /** Its owner's alone. */
  readonly caKey: string;
}

/**
 * The sandbox's own certificate authority, made at the first start: clients that were told to believe in it go on doing
 * so. One that has less than a month left, or lost a file, is made anew.
 */
export async function ensureAuthority({ ca, caKey }: AuthorityFiles): Promise<Certified> {
  if (existsSync(ca) && existsSync(caKey)) {
    const kept = { certificate: readFileSync(ca, "utf8"), privateKey: readFileSync(caKey, "utf8") };
    if (Date.parse(new X509Certificate(kept.certificate).validTo) > Date.now() + 30 * day) return kept;
  }
  const made = await issueAuthority("Deploy4Me sandbox");
  rmSync(caKey, { force: true });
  writeFileSync(caKey, made.privateKey, { mode: 0o600, flag: "wx" });
  writeFileSync(ca, made.certificate);
  return made;
}

/**
 * A server that answers over TLS what an API answers over plain HTTP, for clients that give no token to a plain one. It
 * is called `localhost` and `127.0.0.1`. The caller lets it listen; it ends with the API.
 */
export async function tlsServer(app: FastifyInstance, authority: Certified): Promise<Server> {
  const { certificate, privateKey } = await issueCertificate(authority, ["localhost", "127.0.0.1"]);
  const server = createServer({ cert: certificate, key: privateKey, minVersion: "TLSv1.2" }, (request, response) => {
    app.routing(request, response);
  });
  rememberTransports(server);
  app.addHook("preClose", (done) => {
    server.close();
    server.closeAllConnections();
    done();
  });
  await app.ready();
  return server;
}

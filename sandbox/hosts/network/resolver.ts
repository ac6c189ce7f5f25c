import { createSocket } from "node:dgram";
import type { Socket } from "node:dgram";
import { createServer } from "node:net";

import * as dns from "dns-packet";
import type { Answer, DecodedPacket } from "dns-packet";

import type { Zone } from "../hosts";
import { askTcp, askUdp, messagesOf, framed } from "./upstream";
import type { Endpoint } from "./upstream";
import { answerFrom } from "./zones";

export interface ResolverOptions extends Endpoint {
  /** Who is asked for all names that are in no zone. */
  readonly upstream: Endpoint;
  /** The zones as they are now. */
  readonly names: () => { readonly zones: readonly Zone[]; readonly serial: number };
}

/** A client that asks by TCP and then says nothing is let go after this. */
const idleMs = 10_000;

/** What fits into an answer by UDP when the client does not say more. */
const plainUdpSize = 512;

/**
 * Serves names by UDP and TCP: with authority for the zones, by asking on for the others.
 * @returns how to end it
 */
export async function serveNames(options: ResolverOptions): Promise<() => void> {
  const udp = await serveUdp(options);
  const tcp = createServer((socket) => {
    socket.setTimeout(idleMs, () => socket.destroy());
    socket.on("error", () => socket.destroy());
    messagesOf(socket, (query) => {
      void respond(query, options, "tcp").then((answer) => {
        if (answer !== undefined && socket.writable) socket.write(framed(answer));
      });
    });
  });
  await new Promise<void>((resolve, reject) => {
    tcp.once("error", reject);
    tcp.listen(options.port, options.address, resolve);
  });
  return () => {
    udp.close();
    tcp.close();
  };
}

function serveUdp(options: ResolverOptions): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.on("message", (query, client) => {
    void respond(query, options, "udp").then((answer) => {
      // Who asked may be gone; then there is nobody to tell.
      if (answer !== undefined) socket.send(answer, client.port, client.address, () => undefined);
    });
  });
  return new Promise((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(options.port, options.address, () => {
      socket.off("error", reject);
      socket.on("error", () => undefined);
      resolve(socket);
    });
  });
}

/** @returns undefined when the message is no question: such are not answered */
async function respond(query: Buffer, options: ResolverOptions, by: "udp" | "tcp"): Promise<Buffer | undefined> {
  const packet = decode(query);
  const question = packet?.questions?.[0];
  if (packet === undefined || question === undefined || packet.flag_qr) return undefined;
  const { zones, serial } = options.names();
  const own = answerFrom(zones, serial, question);
  if (own === undefined) return ask(query, packet, options.upstream, by);
  const answers = [...own.answers];
  if (own.elsewhere !== undefined) {
    answers.push(...(await askFor({ ...question, name: own.elsewhere }, options.upstream)));
  }
  return encode(packet, own.code, answers, own.authorities, by);
}

/** Passes a question on as it is, and the answer back as it is. */
async function ask(query: Buffer, packet: DecodedPacket, upstream: Endpoint, by: "udp" | "tcp"): Promise<Buffer> {
  try {
    return await (by === "udp" ? askUdp(upstream, query) : askTcp(upstream, query));
  } catch {
    return dns.encode({ ...reply(packet), flags: flagsOf(packet, "SERVFAIL") & ~dns.AUTHORITATIVE_ANSWER });
  }
}

/** What a name elsewhere says; nothing when it can't be found out, as the alias itself is still true. */
async function askFor(question: dns.Question, upstream: Endpoint): Promise<readonly Answer[]> {
  const id = Math.floor(Math.random() * 65_536);
  const query = dns.encode({ type: "query", id, flags: dns.RECURSION_DESIRED, questions: [question] });
  try {
    return decode(await askTcp(upstream, query))?.answers ?? [];
  } catch {
    return [];
  }
}

function encode(
  packet: DecodedPacket,
  code: "NOERROR" | "NXDOMAIN",
  answers: readonly Answer[],
  authorities: readonly Answer[],
  by: "udp" | "tcp",
): Buffer {
  const flags = flagsOf(packet, code);
  const whole = dns.encode({ ...reply(packet), flags, answers: [...answers], authorities: [...authorities] });
  if (by === "tcp" || whole.length <= sizeFor(packet)) return whole;
  // The client asks again by TCP.
  return dns.encode({ ...reply(packet), flags: flags | dns.TRUNCATED_RESPONSE });
}

function reply({ id, questions, additionals }: DecodedPacket): dns.Packet {
  const extended = additionals?.some(({ type }) => type === "OPT") ?? false;
  return {
    type: "response",
    ...(id !== undefined && { id }),
    ...(questions !== undefined && { questions }),
    ...(extended && {
      additionals: [
        {
          type: "OPT",
          name: ".",
          udpPayloadSize: 1232,
          flags: 0,
          extendedRcode: 0,
          ednsVersion: 0,
          flag_do: false,
          options: [],
        },
      ],
    }),
  };
}

const codes = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3 } as const;

function flagsOf(packet: DecodedPacket, code: keyof typeof codes): number {
  const desired = packet.flag_rd ? dns.RECURSION_DESIRED : 0;
  return dns.AUTHORITATIVE_ANSWER | dns.RECURSION_AVAILABLE | desired | codes[code];
}

function sizeFor({ additionals }: DecodedPacket): number {
  for (const record of additionals ?? []) {
    if (record.type === "OPT") return Math.max(plainUdpSize, Math.min(record.udpPayloadSize, 4096));
  }
  return plainUdpSize;
}

function decode(message: Buffer): DecodedPacket | undefined {
  try {
    return dns.decode(message);
  } catch {
    return undefined;
  }
}

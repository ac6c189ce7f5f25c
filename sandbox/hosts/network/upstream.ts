import { createSocket } from "node:dgram";
import { connect } from "node:net";
import type { Socket } from "node:net";

/** Where a name server listens. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** How long one question may wait for its answer; by UDP it is asked once more in that time. */
const questionMs = 5_000;
const againMs = 2_000;

/** Largest message that DNS knows. */
const largest = 65_535;

/**
 * Asks a name server by UDP.
 * @throws when there is no answer within 5 s
 */
export function askUdp({ address, port }: Endpoint, query: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = createSocket("udp4");
    const send = () => {
      socket.send(query, port, address, (error) => {
        if (error !== null) end(error);
      });
    };
    const again = setTimeout(send, againMs);
    const limit = setTimeout(() => {
      end(new Error(`${address} did not answer`));
    }, questionMs);
    const end = (result: Buffer | Error) => {
      clearTimeout(again);
      clearTimeout(limit);
      socket.removeAllListeners("message");
      socket.close();
      if (result instanceof Error) reject(result);
      else resolve(result);
    };
    socket.on("message", (answer, sender) => {
      if (sender.address === address && answer.subarray(0, 2).equals(query.subarray(0, 2))) end(answer);
    });
    socket.once("error", end);
    send();
  });
}

/**
 * Asks a name server by TCP.
 * @throws when there is no answer within 5 s
 */
export function askTcp({ address, port }: Endpoint, query: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port });
    const limit = setTimeout(() => socket.destroy(new Error(`${address} did not answer`)), questionMs);
    socket.once("connect", () => socket.write(framed(query)));
    socket.once("error", reject);
    socket.once("close", () => {
      clearTimeout(limit);
      reject(new Error(`${address} hung up without an answer`));
    });
    messagesOf(socket, (answer) => {
      resolve(answer);
      socket.destroy();
    });
  });
}

/** A message as TCP carries it: after its length. */
export function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return Buffer.concat([length, message]);
}

/** Cuts what comes by TCP into messages. */
export function messagesOf(socket: Socket, receive: (message: Buffer) => void): void {
  let waiting = Buffer.alloc(0);
  socket.on("data", (chunk) => {
    waiting = Buffer.concat([waiting, chunk]);
    while (waiting.length >= 2 && waiting.length >= 2 + waiting.readUInt16BE()) {
      const end = 2 + waiting.readUInt16BE();
      receive(waiting.subarray(2, end));
      waiting = waiting.subarray(end);
    }
    if (waiting.length > 2 + largest) socket.destroy();
  });
}

import { once } from "node:events";
import { createServer, request as ask, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

import { giveBackAfter } from "../../guard/pipeline/give-back";

describe("the memory of an answer", () => {
  let server: Server;
  let answer: (response: ServerResponse) => void;
  beforeEach(async () => {
    server = createServer((_, response) => {
      answer(response);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterEach(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  });

  const open = async () => {
    const sent = ask({ port: (server.address() as AddressInfo).port, host: "127.0.0.1" }).end();
    const [received] = (await once(sent, "response")) as [NodeJS.ReadableStream & { destroy(): void }];
    return received;
  };
  const pieces = (count: number, length: number) =>
    Array.from({ length: count }, (_, at) => Buffer.alloc(length, `${at}`));
  const isFree = ({ buffer }: Buffer) => (buffer as ArrayBuffer).detached;
  const write = (response: ServerResponse, all: readonly Buffer[]) => {
    giveBackAfter(response, all);
    for (const piece of all) response.write(piece);
    response.end();
  };

  test("is free when the client has all of it, however slowly it reads", async () => {
    // Far more than the system takes at once.
    const all = pieces(10, 3_000_000);
    const expected = all.map(String).join("");
    let finished: Promise<unknown> | undefined;
    answer = (response) => {
      finished = once(response, "finish");
      write(response, all);
    };
    const received = await open();
    received.pause();
    await new Promise((resolve) => setTimeout(resolve, 100));
    // The system has some of it: none may go before it has all.
    expect(all.some(isFree)).toBe(false);
    expect((await text(received)) === expected).toBe(true);
    await finished;
    expect(all.every(isFree)).toBe(true);
  });

  test("is left alone when the client goes away: the system may still be reading it", async () => {
    const all = pieces(10, 3_000_000);
    let closed: Promise<unknown> | undefined;
    answer = (response) => {
      closed = once(response, "close");
      write(response, all);
    };
    (await open()).destroy();
    await closed;
    expect(all.some(isFree)).toBe(false);
  });

  test("that small buffers share is left alone", async () => {
    const [mine, other] = [Buffer.from("mine"), Buffer.from("other")];
    expect(mine.buffer).toBe(other.buffer);
    answer = (response) => {
      write(response, [mine]);
    };
    expect(await text(await open())).toBe("mine");
    expect(String(other)).toBe("other");
  });

  test("in one piece with others is freed once", async () => {
    const [first, second] = [Buffer.alloc(20_000, "a"), Buffer.alloc(20_000, "b")];
    const halves = [first.subarray(0, 10_000), first.subarray(10_000), second];
    let finished: Promise<unknown> | undefined;
    answer = (response) => {
      finished = once(response, "finish");
      write(response, halves);
    };
    expect((await text(await open())).length).toBe(40_000);
    await finished;
    expect(halves.every(isFree)).toBe(true);
  });
});

import { createServer } from "node:net";
import type { Server } from "node:net";
import type { AddressInfo } from "node:net";

import { run, TestRoom } from "./room";
import type { Actor } from "./actors";

/** An address of this machine that is nobody else's: it stands for the world, so that no network is needed. */
const world = "198.18.77.1";
const link = `d4mw${process.pid % 1_000_000}`;

let room: TestRoom;
let web: Actor, wiki: Actor;
const servers: Server[] = [];

beforeAll(async () => {
  await run("ip", "link", "add", link, "type", "veth", "peer", "name", `${link}p`);
  await run("ip", "address", "add", `${world}/32`, "dev", link);
  room = await TestRoom.open();
  await room.network.setNetworks([{ id: "a", range: "10.0.2.0/24" }]);
  web = await room.boot(room.machine(1, "a", "10.0.2.2"));
  wiki = await room.boot(room.machine(2, "a", "10.0.2.3", { publicly: false }));
});
afterAll(async () => {
  for (const server of servers) server.close();
  await room.close();
  await run("ip", "link", "delete", link);
});

const serve = (host: string) =>
  new Promise<number>((resolve) => {
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.end("the world");
    });
    servers.push(server);
    server.listen(0, host, () => {
      resolve((server.address() as AddressInfo).port);
    });
  });

test("a machine with a public interface reaches the world", async () => {
  expect(await web.tcp(world, await serve(world))).toBe("the world");
});

test("a machine without one does not, whatever routes it makes", async () => {
  const port = await serve(world);
  expect(await wiki.tcp(world, port)).toBe("ENETUNREACH");
  await run(
    "ip",
    "-netns",
    room.network.ranges.visitor.namespace.replace("visitor", "2"),
    "route",
    "add",
    "default",
    "via",
    "10.0.2.1",
  );
  expect(await wiki.tcp(world, port)).toBe("silence");
});

test("the loopback of this machine stays out of reach", async () => {
  const port = await serve("127.0.0.1");
  // 169.254.2.2 is this machine, seen from the router.
  expect(await web.tcp("169.254.2.2", port)).not.toBe("the world");
});

test("the way out is mended when its process dies", async () => {
  const port = await serve(world);
  const pids = (await run("pgrep", "-f", `slirp4netns.*${room.routerPath}`)).trim().split("\n");
  expect(pids).toHaveLength(1);
  process.kill(Number(pids[0]), "SIGKILL");
  const deadline = Date.now() + 15_000;
  while ((await web.tcp(world, port)) !== "the world" && Date.now() < deadline);
  expect(await web.tcp(world, port)).toBe("the world");
  expect(room.log.join("\n")).toContain("The way out (slirp4netns) ended (SIGKILL) and is started again.");
});

import { randomBytes } from "node:crypto";

import * as dns from "dns-packet";

import { visitorCommand } from "../../../../sandbox/hosts/network";
import { askTcp, askUdp } from "../../../../sandbox/hosts/network/upstream";
import { run, TestRoom } from "./room";

let room: TestRoom;
let resolver: { address: string; port: number };

beforeAll(async () => {
  room = await TestRoom.open();
  resolver = {
    address: room.network.ranges.public[0]!.replace(/(\d+)\/27$/, (_, last: string) => String(Number(last) + 1)),
    port: 53,
  };
  await room.network.setZones([
    {
      name: "example.com",
      records: [
        { type: "A", name: "wiki", data: room.address("public", 1), ttl: 60 },
        { type: "AAAA", name: "wiki", data: room.address("ipv6", 1), ttl: 60 },
        { type: "TXT", name: "long", data: "x".repeat(900), ttl: 60 },
      ],
    },
  ]);
});
afterAll(() => room.close());

const asVisitor = (...command: string[]) => {
  const [program, ...args] = visitorCommand(room.network.ranges.visitor, command);
  return run(program, ...args);
};

const question = (name: string, type: dns.RecordType) =>
  dns.encode({
    type: "query",
    id: randomBytes(2).readUInt16BE(),
    flags: dns.RECURSION_DESIRED,
    questions: [{ name, type }],
  });

test("a name in a created domain resolves for the visitor's programs, IPv4 and IPv6", async () => {
  const found = await asVisitor("getent", "ahosts", "wiki.example.com");
  expect(found).toContain(room.address("public", 1));
  expect(found).toContain(room.address("ipv6", 1));
});

test("the visitor's resolver is the visitor's alone", async () => {
  expect(await asVisitor("cat", "/etc/resolv.conf")).toContain(`nameserver ${resolver.address}`);
  expect(await run("cat", "/etc/resolv.conf")).not.toContain(resolver.address);
});

test("the visitor's commands keep their arguments and their exit code", async () => {
  expect(await asVisitor("printf", "%s|", "a b", "$HOME", "'")).toBe("a b|$HOME|'|");
  await expect(asVisitor("sh", "-c", "exit 7")).rejects.toMatchObject({ code: 7 });
});

test("answers have authority, and an unknown name in a zone is refused for good", async () => {
  const known = dns.decode(await askUdp(resolver, question("WIKI.example.com", "A")));
  expect(known).toMatchObject({ rcode: "NOERROR", flag_aa: true, flag_ra: true });
  expect(known.answers).toMatchObject([{ type: "A", ttl: 60, data: room.address("public", 1) }]);
  const unknown = dns.decode(await askUdp(resolver, question("nothing.example.com", "A")));
  expect(unknown).toMatchObject({ rcode: "NXDOMAIN", authorities: [{ type: "SOA", name: "example.com" }] });
});

test("what does not fit into a datagram comes by TCP", async () => {
  const short = dns.decode(await askUdp(resolver, question("long.example.com", "TXT")));
  expect(short).toMatchObject({ flag_tc: true, answers: [] });
  const whole = dns.decode(await askTcp(resolver, question("long.example.com", "TXT")));
  expect(whole).toMatchObject({ flag_tc: false, answers: [{ type: "TXT" }] });
});

test("what is asked after a change is answered by the change", async () => {
  await room.network.setZones([
    { name: "example.org", records: [{ type: "A", name: "@", data: "203.0.113.1", ttl: 30 }] },
  ]);
  expect(await asVisitor("getent", "ahostsv4", "example.org")).toContain("203.0.113.1");
});

test("other names are asked of this machine's resolver; without an answer, the failure is said", async () => {
  // Whether there is a resolver at all depends on the machine: what must not happen is an answer of our own, or none.
  const answer = dns.decode(await askTcp(resolver, question("name.invalid", "A")));
  expect(answer).toMatchObject({ type: "response", answers: [], questions: [{ name: "name.invalid" }] });
  expect(answer.authorities ?? []).not.toMatchObject([{ name: "example.org" }]);
});

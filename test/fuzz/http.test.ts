import { connect, type Socket } from "node:net";

import { Chance } from "../sandbox/kill/chance";
import { cases } from "./http-cases";
import { PaperProcess } from "./paper-process";
import { bytes, exchange, statuses } from "./raw";
import { showsInsides } from "./watch";

/** What may answer bytes of which nobody knows what they are: nothing at all, or anything but a failure of the server. */
const failures = (text: string): number[] => statuses(text).filter((status) => status >= 500);

describe("requests that nobody sends by mistake", () => {
  let cloud: PaperProcess;
  beforeAll(async () => {
    cloud = await PaperProcess.start();
  });
  afterAll(async () => {
    await cloud.close();
  });
  afterEach(async () => {
    await cloud.health();
    expect((await cloud.report()).report.wrong).toEqual([]);
  });

  const raw = (request: Parameters<typeof bytes>[1]): Buffer => bytes(cloud.authorization, request);

  test.each(cases)("$name", async ({ answers, ...request }) => {
    const answer = await exchange(cloud.port, [raw(request)]);
    const [status] = statuses(answer);
    expect(answers).toContain(status);
    expect(showsInsides(answer)).toBe(false);
  });

  test.each(["[", "a b", "@", "127.0.0.1:99999", "ex%ample", ""])("a host called «%s»", async (host) => {
    const text = `GET /v2/droplets HTTP/1.1\r\nhost: ${host}\r\nauthorization: ${cloud.authorization}\r\nconnection: close\r\n\r\n`;
    const answer = await exchange(cloud.port, [Buffer.from(text)]);
    expect([200, 400]).toContain(statuses(answer)[0]);
  });

  test("many at once on one connection are answered one after another", async () => {
    const one = raw({ method: "GET", target: "/v2/account", headers: ["connection: keep-alive"] });
    const answer = await exchange(cloud.port, [Buffer.concat(Array<Buffer>(50).fill(one))]);
    expect(statuses(answer)).toEqual(Array(50).fill(200));
  });

  test("a request that comes byte by byte is answered as any other", async () => {
    const whole = raw({ body: '{"name":"slow"}' });
    const parts = Array.from(whole, (byte) => Buffer.of(byte));
    expect(statuses(await exchange(cloud.port, parts))).toEqual([201]);
  });

  test("bytes of other protocols are refused", async () => {
    for (const text of [
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
      "SSH-2.0-x\r\n",
    ]) {
      const answer = await exchange(cloud.port, [Buffer.from(text, "latin1")]);
      expect(statuses(answer).filter((status) => status !== 400)).toEqual([]);
    }
  });

  test("no one is kept waiting by hundreds who begin and never end", async () => {
    const halves = [
      Buffer.from("POST /v2/tags HTTP/1.1\r\nhost: x\r\n"),
      raw({ headers: ["content-type: application/json", "content-length: 1000"], body: '{"name":' }),
    ];
    const sockets: Socket[] = [];
    for (let count = 0; count < 300; count++) {
      const socket = connect({ host: "127.0.0.1", port: cloud.port });
      socket.on("error", () => undefined);
      await new Promise((resolve) => socket.once("connect", resolve));
      socket.write(halves[count % 2] ?? "");
      sockets.push(socket);
    }
    await cloud.health();
    for (const socket of sockets) socket.resetAndDestroy();
  });

  test("nobody's objects have changed", async () => {
    await cloud.call("POST", "/v2/tags", { name: "__proto__", constructor: { prototype: { polluted: true } } });
    const { body } = await cloud.call("GET", "/v2/account");
    expect(JSON.stringify(body)).not.toContain("polluted");
    const tag = await cloud.call("GET", "/v2/tags/__proto__");
    expect(tag).toMatchObject({ status: 200, body: { tag: { name: "__proto__" } } });
  });

  test("valid requests with a few bytes changed at random bring nothing down", async () => {
    const chance = new Chance(20260101);
    const valid = [
      raw({ body: '{"name":"blue"}' }),
      raw({ target: "/v2/domains", body: '{"name":"example.com","ip_address":"203.0.113.9"}' }),
      raw({
        target: "/v2/droplets",
        body: '{"name":"a","size":"s-1vcpu-1gb","image":"debian-13-x64","region":"fra1"}',
      }),
      raw({ method: "GET", target: "/v2/droplets?per_page=3&page=2&name=a", headers: [] }),
      raw({ method: "DELETE", target: "/v2/droplets/1001", headers: [] }),
    ] as const;
    const wrong: string[] = [];
    for (let round = 0; round < 40; round++) {
      const sent = Array.from({ length: 25 }, () => mutated(chance, chance.of(valid)));
      const answers = await Promise.all(sent.map((one) => exchange(cloud.port, [one], 60)));
      wrong.push(
        ...answers.flatMap((answer, at) =>
          failures(answer).length > 0 || showsInsides(answer)
            ? [`${sent[at]?.toString("latin1") ?? ""} → ${answer}`]
            : [],
        ),
      );
      await cloud.health();
    }
    expect(wrong).toEqual([]);
    expect((await cloud.report()).open).toEqual([]);
  });
});

/** One to four bytes changed, removed or doubled. */
function mutated(chance: Chance, request: Buffer): Buffer {
  let text = request;
  for (let left = 1 + chance.whole(4); left > 0; left--) {
    const at = chance.whole(text.length);
    const rest = text.subarray(at + chance.whole(2));
    const byte = chance.whole(3) === 0 ? Buffer.alloc(0) : Buffer.of(chance.whole(256));
    text = Buffer.concat([text.subarray(0, at), byte, rest]);
  }
  return text;
}

import type { RawRequest } from "./raw";

/** A request that nobody sends by mistake, and the statuses that may answer it. */
export interface HttpCase extends RawRequest {
  readonly name: string;
  readonly answers: readonly number[];
}

const refused = [400, 404, 422] as const;
const json = (body: string | Buffer, more: Partial<HttpCase> = {}): Omit<HttpCase, "name"> => ({
  body,
  answers: refused,
  ...more,
});
const get = (target: string, answers: readonly number[] = [200, ...refused]): Omit<HttpCase, "name"> => ({
  method: "GET",
  target,
  headers: [],
  answers,
});
const deep = (open: string, close: string, depth: number): string => open.repeat(depth) + close.repeat(depth);

const bodies: Readonly<Record<string, Omit<HttpCase, "name">>> = {
  "JSON that is cut off": json('{"name": "x'),
  "no JSON at all": json("name=x"),
  "a number": json("42"),
  "a text": json('"x"'),
  "a list": json('[{"name":"x"}]'),
  nothing: json("null"),
  true: json("true"),
  "bytes that are no UTF-8": json(Buffer.from([0x7b, 0x22, 0x6e, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])),
  "a name of bytes that are no UTF-8": json(
    Buffer.concat([Buffer.from('{"name":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]),
  ),
  "half of a surrogate pair": json('{"name":"\\ud800"}'),
  "a null byte": json('{"name":"\\u0000"}'),
  "lists in lists": json(deep("[", "]", 200_000)),
  "objects in objects": json(`${'{"name":'.repeat(100_000)}1${"}".repeat(100_000)}`),
  "a deep field": json(`{"name":${deep("[", "]", 10_000)}}`),
  "a prototype": json('{"__proto__":{"name":"polluted"}}'),
  "a prototype's field": json('{"name":"__proto__","__proto__":{"polluted":true}}', { answers: [201] }),
  "a constructor": json('{"constructor":{"prototype":{"polluted":true}}}'),
  "a name a thousand times": json(`{${'"name":"a",'.repeat(1000)}"name":"twice"}`, { answers: [201] }),
  "a long name": json(`{"name":"${"a".repeat(900_000)}"}`),
  "more than a megabyte": json(`{"name":"${"a".repeat(1_200_000)}"}`, { answers: [413] }),
  "an endless number": json('{"name":"x","ttl":1e400}', { target: "/v2/domains/x.example/records" }),
  "numbers for droplets": json('{"name":"a","size":"s-1vcpu-1gb","image":1e308,"ssh_keys":[-0,9007199254740993]}', {
    target: "/v2/droplets",
  }),
  "a size that is an object": json('{"name":"a","size":{"toString":1},"image":"debian-13-x64"}', {
    target: "/v2/droplets",
  }),
  "a size called constructor": json('{"name":"a","size":"constructor","image":"__proto__"}', {
    target: "/v2/droplets",
  }),
  "ten thousand names": json(`{"names":${JSON.stringify(Array(10_000).fill("a"))},"size":"s-1vcpu-1gb","image":"x"}`, {
    target: "/v2/droplets",
  }),
  "an action called constructor": json('{"type":"constructor"}', { target: "/v2/droplets/1/actions" }),
};

const targets: Readonly<Record<string, Omit<HttpCase, "name">>> = {
  "a broken escape": get("/v2/tags/%zz"),
  "escapes that are no UTF-8": get("/v2/tags/%ff%fe"),
  "a null byte in the path": get("/v2/domains/%00"),
  "a path that climbs": get("/v2/../../../../etc/passwd", [400, 404]),
  "an escaped path that climbs": get("/v2/domains/..%2f..%2fetc%2fpasswd"),
  "slashes only": get("//////", [400, 404]),
  "another host's whole address": get("http://other.example/v2/droplets", [200, 400, 404]),
  "no path": get("*", [400, 404]),
  "a domain called __proto__": get("/v2/domains/__proto__", [404]),
  "a tag called constructor": get("/v2/tags/constructor", [404]),
  "droplets tagged __proto__": get("/v2/droplets?tag_name=__proto__", [200]),
  "a droplet with thirty digits": get(`/v2/droplets/${"9".repeat(30)}`, [404]),
  "a droplet below nothing": get("/v2/droplets/-1", [400, 404]),
  "a page beyond all numbers": get("/v2/droplets?page=1e308&per_page=1e308"),
  "pages of nothing": get("/v2/droplets?page=NaN&per_page=-0"),
  "a page of many digits": get(`/v2/droplets?page=${"9".repeat(16)}`),
  "a query with a broken escape": get("/v2/droplets?name=%zz&tag_name=%ff"),
  "five hundred parameters": get(`/v2/droplets?${"page=1&".repeat(500)}`),
  "a long query": get(`/v2/droplets?name=${"a".repeat(60_000)}`, [414, 431]),
};

const heads: Readonly<Record<string, Omit<HttpCase, "name">>> = {
  "a huge header": { ...get("/v2/account", [431]), headers: [`x-long: ${"a".repeat(100_000)}`] },
  "three thousand headers": { ...get("/v2/account", [400, 431]), headers: Array<string>(3000).fill("x-many: 1") },
  "a header without a name": { ...get("/v2/account", [400]), headers: [": x"] },
  "a header with a null byte": { ...get("/v2/account", [400]), headers: ["x-null: a\0b"] },
  "two lengths": { ...json('{"name":"x"}', { answers: [400] }), headers: ["content-length: 12", "content-length: 13"] },
  "a length that is no number": { ...json("{}", { answers: [400] }), headers: ["content-length: many"] },
  "a length below nothing": { ...json("{}", { answers: [400] }), headers: ["content-length: -1"] },
  "a length and pieces": {
    ...json("0\r\n\r\n", { answers: [400] }),
    headers: ["content-length: 5", "transfer-encoding: chunked"],
  },
  "pieces of a wrong size": {
    ...json("zz\r\n{}\r\n0\r\n\r\n", { answers: [400] }),
    headers: ["content-type: application/json", "transfer-encoding: chunked"],
  },
  "a strange content type": {
    ...json('{"name":"typed"}', { answers: [201, 400, 415] }),
    headers: ["content-type: ;;;/=", "content-length: 16"],
  },
  "no content type": { ...json('{"name":"typed"}', { answers: [201, 415] }), headers: ["content-length: 16"] },
  "a packed body that is not": {
    ...json("{}", { answers: [...refused, 415] }),
    headers: ["content-type: application/json", "content-encoding: gzip", "content-length: 2"],
  },
  "an expectation": {
    ...json('{"name":"x"}', { answers: [100, 201, 417] }),
    headers: ["expect: 100-continue", "content-type: application/json", "content-length: 12"],
  },
  "another protocol": {
    ...get("/v2/account", [200, 400, 404]),
    headers: ["connection: upgrade", "upgrade: websocket"],
  },
  "a method nobody knows": { ...get("/v2/account", [400, 404, 405]), method: "BREW" },
  "a trace": { ...get("/v2/account", [400, 404, 405]), method: "TRACE" },
  "a host that is none": { ...get("/v2/droplets", [200, 400]), headers: ["x-forwarded-host: ]["] },
};

export const cases: readonly HttpCase[] = [bodies, targets, heads].flatMap((group) =>
  Object.entries(group).map(([name, one]) => ({ name, ...one })),
);

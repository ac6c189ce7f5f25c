import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import type { ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import type { Intents } from "../../guard/interfaces";
import { readListing } from "../../guard/recognition/listing";
import { ContractWatch } from "../../guard/watch";
import { type Guarded, guarded, realToken } from "./guarded";
import { Scripted } from "./scripted";

const path = "/v2/account/keys";
const key = (id: number) => ({
  id,
  fingerprint: "3b:16:bf:e4:8b:00:8b:b8:59:8c:a9:d3:f0:19:45:fa",
  name: `küche-${id} "],\\"links\\":{},\\"meta\\":{\\"total\\":1}}`,
  public_key: `ssh-rsa ${"A".repeat(372)} ${id}@example.com`,
});
const all = Array.from({ length: 200 }, (_, at) => key(at + 1));
const listing = (keys: readonly object[]) =>
  JSON.stringify({ ssh_keys: keys, links: {}, meta: { total: keys.length } });
const right = listing(all);
const lastChanged = listing([...all.slice(0, -1), { ...key(200), name: null }]);

/** Of 100 KiB; from the second one on in a minute, only its beginning and its end are looked at. */
describe("a long listing", () => {
  let directory: string;
  let watch: ContractWatch;
  let api: Scripted;
  let through: Guarded;
  let answer: (response: ServerResponse) => unknown;
  const saying = (text: string | Buffer, type = "application/json") => {
    answer = (response) => response.writeHead(200, { "content-type": type }).end(text);
  };
  const ask = () => through.ask("GET", path);

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), "deploy4me-listings-"));
    watch = new ContractWatch({ file: join(directory, "guard.db") });
    api = await Scripted.open((response) => {
      answer(response);
    });
    const intents: Intents = {
      perform: async (request, send) => {
        const keys = await readListing(request, send, { path, name: "ssh_keys", onlyFirst: true });
        return { status: 200, headers: {}, body: Buffer.from(JSON.stringify({ keys: keys.length })) };
      },
    };
    through = await guarded(api.url, { watch, retry: { attempts: 1 }, intents });
    saying(right);
    expect((await ask()).text === right).toBe(true);
  });
  afterEach(async () => {
    await through.close();
    await api.close();
    watch.close();
    rmSync(directory, { recursive: true, force: true });
  });

  test("comes as it was sent, in one piece and in many", async () => {
    expect((await ask()).text === right).toBe(true);
    const pretty = JSON.stringify(JSON.parse(right), undefined, 2);
    saying(pretty);
    expect((await ask()).text === pretty).toBe(true);
    answer = async (response) => {
      response.writeHead(200, { "content-type": "application/json" });
      for (let at = 0; at < right.length; at += 700)
        if (!response.write(right.slice(at, at + 700))) await once(response, "drain");
      response.end();
    };
    const pieced = await ask();
    expect(pieced.text === right).toBe(true);
    expect(pieced.headers.get("content-length")).toBe(String(Buffer.byteLength(right)));
  });

  test("that is cut is none, wherever it is cut", async () => {
    const bytes = Buffer.from(right);
    const ends = [1, 2, 3, 12, 17, 24, 30, 40, bytes.length - 66_000, bytes.length - 500];
    const items = ["}", "},", "]", '"'].map((last) => bytes.length - bytes.lastIndexOf(last, -60) - last.length);
    for (const missing of [...ends, ...items]) {
      saying(bytes.subarray(0, bytes.length - missing));
      expect([missing, (await ask()).json().id]).toEqual([missing, "deploy4me_truncated"]);
      // As if it had been right a moment before, each time.
      saying(right);
      expect((await ask()).status).toBe(200);
    }
  });

  test("that is cut after an item that ends as a listing does, is none", async () => {
    const text = listing(all.map((one) => ({ ...one, tags: [], links: {} })));
    saying(text.slice(0, text.lastIndexOf('"links":{}}') + 11));
    expect((await ask()).json().id).toBe("deploy4me_truncated");
  });

  test("that is followed by something, or is a page, is none", async () => {
    saying(`${right}<!-- ${" ".repeat(70_000)}`);
    expect((await ask()).json().id).toBe("deploy4me_truncated");
    saying(right);
    await ask();
    saying(`<html><title>Sorry</title>${" ".repeat(70_000)}</html>`);
    expect((await ask()).json().id).toBe("deploy4me_html");
  });

  test("with a change in each item is not handed on", async () => {
    saying(listing(all.map(({ id, ...rest }) => ({ ...rest, key_id: id }))));
    expect((await ask()).json()).toMatchObject({
      id: "deploy4me_api_changed",
      message: expect.stringContaining("ssh_keys[].id") as string,
    });
    // From then on, all of it is looked at until it is right again.
    saying(lastChanged);
    for (let again = 0; again < 2; again++) expect((await ask()).json().id).toBe("deploy4me_api_changed");
  });

  test("with a change in the last item alone is found out within a minute", async () => {
    saying(lastChanged);
    expect((await ask()).text === lastChanged).toBe(true);
    await through.clock.sleep(60_000);
    expect((await ask()).json().id).toBe("deploy4me_api_changed");
  });

  test("has every item for what the guard itself reads it for", async () => {
    expect((await through.ask("POST", path, {})).json()).toEqual({ keys: all.length });
  });

  test("does not say the token, in a piece or over two", async () => {
    const said = listing([...all, { ...key(201), name: realToken }]);
    saying(said);
    expect((await ask()).text).toBe(said.replace(realToken, "[token]"));
    answer = async (response) => {
      const at = said.indexOf(realToken) + 20;
      response.writeHead(200, { "content-type": "application/json" }).write(said.slice(0, at));
      await sleep(50);
      response.end(said.slice(at));
    };
    expect((await ask()).text).toBe(said.replace(realToken, "[token]"));
  });
});

import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

import { type Guarded, guarded } from "../guarded";
import { Operations } from "./operation";

/** A product that the sandbox does not have, and that answers with a secret only once. */
const path = "/v2/spaces/keys";

describe("a create of which nobody can tell what it made", () => {
  let operations: Operations;
  let through: Guarded;
  let asked: IncomingMessage[];
  let isLost: boolean;
  const upstream = createServer((request, response) => {
    asked.push(request);
    if (isLost) request.socket.destroy();
    else response.writeHead(201, { "content-type": "application/json" }).end('{"key":{"secret_key":"shown once"}}');
  });
  beforeAll(async () => {
    upstream.listen(0, "127.0.0.1");
    await once(upstream, "listening");
  });
  afterAll(() => upstream.close());
  beforeEach(async () => {
    asked = [];
    isLost = true;
    operations = await Operations.open();
    await begin();
  });
  afterEach(async () => {
    await through.close();
    await operations.close();
  });
  let epoch = 0;
  const begin = async (): Promise<void> => {
    await operations.next();
    const url = new URL(`http://127.0.0.1:${(upstream.address() as AddressInfo).port}`);
    through = await guarded(url, { intents: operations.intents, leases: { held: (stack) => ({ stack, epoch }) } });
  };
  const create = () => through.ask("POST", path, { name: "backup" });

  test("is sent once in an operation, and told as not known", async () => {
    const answer = await create();
    expect([answer.status, answer.json().id]).toEqual([424, "deploy4me_create_unconfirmed"]);
    expect(answer.json().message).toMatch(
      /POST \/v2\/spaces\/keys.*can't be recognised.*Look in DigitalOcean's control panel/,
    );
    isLost = false;
    expect((await create()).status).toBe(424);
    expect(asked).toHaveLength(1);
    expect(operations.intents.unfinished()).toMatchObject([{ path, state: "ambiguous", reason: "CONNECTION_LOST" }]);
  });

  test("is sent again in the next operation, which a person began who was told", async () => {
    await create();
    isLost = false;
    await through.close();
    epoch++;
    await begin();
    expect((await create()).status).toBe(201);
    expect(operations.intents.unfinished()).toEqual([]);
  });

  test("goes by unchanged when it is answered, also twice", async () => {
    isLost = false;
    expect((await create()).text).toContain("shown once");
    expect((await create()).status).toBe(201);
    expect(asked).toHaveLength(2);
  });
});

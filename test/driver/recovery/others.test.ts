import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import type { PendingOperation, StateResource } from "../../../driver/state/state";
import { small, TestApi, token } from "../../sandbox/digitalocean/api";
import { failureOf } from "../fixture";
import { NotedCreations, resource, settle } from "./settling";

let api: TestApi;
beforeAll(async () => {
  api = await TestApi.open();
});
afterAll(async () => {
  await api.close();
});

const tag = (name: string): StateResource => resource("Tag", name, { inputs: { name }, outputs: { name } });

describe("what was being deleted", () => {
  const deleting = (one: StateResource): PendingOperation => ({ type: "deleting", resource: one });

  test("is out of the state when it is gone, and read anew when it is there still", async () => {
    await api.post("/v2/tags", { name: "left" });
    const [left, gone] = [
      { ...tag("left"), id: "left" },
      { ...tag("gone"), id: "gone" },
    ];
    const { resources, reread } = await settle(api, { resources: [left, gone], pending: [left, gone].map(deleting) });
    expect(resources).toEqual([left]);
    expect(reread).toEqual([left.urn]);
  });

  test("is waited for, for as long as the cloud may still show it", async () => {
    const id = await api.droplet("going");
    const droplet = resource("Droplet", "going", { id: String(id), inputs: { name: "going" } });
    const settling = settle(api, { resources: [droplet], pending: [deleting(droplet)], visibleWithinMs: 10_000 });
    await new Promise((resolve) => setTimeout(resolve, 100));
    await api.delete(`/v2/droplets/${id}`);
    expect((await settling).resources).toEqual([]);
  });

  test("stays for the engine to take out where something in the state stands on it", async () => {
    const gone = { ...tag("gone"), id: "gone" };
    const dependent = { ...tag("left"), id: "left", dependencies: [gone.urn] };
    const { resources, reread } = await settle(api, { resources: [gone, dependent], pending: [deleting(gone)] });
    expect(resources).toEqual([gone, dependent]);
    expect(reread).toEqual([gone.urn]);
  });

  test("is the old one of two with the same name", async () => {
    const old = resource("Droplet", "bastion", { id: "1", delete: true, inputs: {} });
    const heir = resource("Droplet", "bastion", { id: "2", inputs: {} });
    const { resources } = await settle(api, { resources: [heir, old], pending: [deleting(old)] });
    expect(resources).toEqual([heir]);
  });
});

test("what was being changed is read anew", async () => {
  const one = { ...tag("one"), id: "one" };
  const { resources, reread } = await settle(api, { resources: [one], pending: [{ type: "updating", resource: one }] });
  expect([resources, reread]).toEqual([[one], [one.urn]]);
});

test.each(["pulumi-nodejs:dynamic/deploy4me:SshKeyPair", "command:remote:Command", "pulumi:providers:digitalocean"])(
  "%s is done once more",
  async (type) => {
    const pending = ["creating", "updating", "deleting"].map((what) => ({
      type: what,
      resource: { urn: `urn:pulumi:office::test::${type}::one`, type },
    }));
    expect(await settle(api, { pending, environment: {} })).toEqual({ resources: [], reread: [], notes: [] });
  },
);

test("of what nobody knows anything people are told, before anything else is settled", async () => {
  const unknown = {
    type: "creating",
    resource: { urn: "urn:pulumi:office::test::aws:s3/bucket:Bucket::b", type: "aws:s3/bucket:Bucket" },
  };
  const failure = await failureOf(settle(api, { pending: [{ type: "creating", resource: tag("one") }, unknown] }));
  expect(failure).toMatchObject({ code: "PENDING_OPERATIONS", pending: [{ urn: unknown.resource.urn }] });
});

describe("with what a guard wrote down", () => {
  const name = "guarded";
  const marks = { name, region: "fra1", size: small.size };
  const written = { path: "/v2/droplets", marks };
  const pending = [
    { type: "creating", resource: resource("Droplet", "one", { inputs: { ...marks, image: small.image } }) },
  ];

  test("nothing was made where it has sent nothing: the cloud is not even asked", async () => {
    const creations = new NotedCreations([{ ...written, marks: { ...marks, name: "another" } }]);
    expect((await settle(api, { pending, creations, environment: {} })).resources).toEqual([]);
  });

  test("what was there before, and what others were answered with, is not it", async () => {
    const old = await api.droplet(name);
    const others = await api.droplet(name);
    const before = { ...written, before: [String(old)] };
    const taken = [`/v2/droplets/${others}`];
    expect((await settle(api, { pending, creations: new NotedCreations([before], taken) })).resources).toEqual([]);
    const creations = new NotedCreations([before]);
    expect((await settle(api, { pending, creations })).resources).toMatchObject([{ id: String(others) }]);
    expect(creations.settled).toEqual([{ id: 1, resource: `/v2/droplets/${others}` }]);
  });

  test("it is what the API said it made, and no other", async () => {
    const told = await api.droplet(name);
    const creations = new NotedCreations([{ ...written, resource: `/v2/droplets/${told}` }]);
    expect((await settle(api, { pending, creations })).resources).toMatchObject([{ id: String(told) }]);
    const gone = new NotedCreations([{ ...written, resource: "/v2/droplets/1" }]);
    expect((await settle(api, { pending, creations: gone })).resources).toEqual([]);
    expect(gone.settled).toEqual([{ id: 1, resource: undefined }]);
  });
});

describe("when the cloud can't be asked", () => {
  const pending = [{ type: "creating", resource: tag("one") }];

  test.each([
    [
      "nobody is there",
      { DIGITALOCEAN_API_URL: "http://127.0.0.1:9", DIGITALOCEAN_TOKEN: token },
      /refuses the connection/,
    ],
    ["there is no token", { DIGITALOCEAN_API_URL: "http://127.0.0.1:9" }, /no token/],
  ])("nothing is settled: %s", async (_why, environment, words) => {
    const failure = await failureOf(settle(api, { pending, environment }));
    expect(failure).toMatchObject({ code: "INVENTORY_UNAVAILABLE" });
    expect(failure.message).toMatch(words);
    expect(failure.message).not.toContain(token);
  });

  test.each([
    ["a page", 200, "text/html", "<html>hello</html>"],
    ["a refusal", 401, "application/json", '{"id":"unauthorized","message":"Unable to authenticate you"}'],
    ["a page that says it is not there", 404, "text/html", "<html>not found</html>"],
  ])("nor by %s", async (_what, status, type, body) => {
    const server = createServer((_request, response) => response.writeHead(status, { "content-type": type }).end(body));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const environment = { DIGITALOCEAN_API_URL: url, DIGITALOCEAN_TOKEN: token };
    const failure = await failureOf(settle(api, { pending, environment }));
    expect(failure).toMatchObject({ code: "INVENTORY_UNAVAILABLE" });
    server.close();
  });

  test("it ends at once when it is called off, however long the cloud takes", async () => {
    const server = createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const cancelled = new AbortController();
    const environment = { DIGITALOCEAN_API_URL: url, DIGITALOCEAN_TOKEN: token };
    const settling = failureOf(settle(api, { pending, environment, signal: cancelled.signal }));
    server.once("request", () => {
      cancelled.abort(new Error("called off"));
    });
    expect((await settling).message).toBe("called off");
    server.closeAllConnections();
    server.close();
  });
});

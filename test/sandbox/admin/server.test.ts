import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { FastifyInstance } from "fastify";
import { z } from "zod";

import { admin } from "../../../cli/admin";
import { AdminRefused, SandboxNotRunning } from "../../../cli/errors";
import { adminBody, AdminError, buildAdmin, listenAdmin } from "../../../sandbox/admin/server";
import { daemonFiles } from "../../../sandbox/daemon-files";

describe("the sandbox's own API", () => {
  let root: string;
  let app: FastifyInstance;
  const log: string[] = [];
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "deploy4me-admin-"));
    log.length = 0;
    app = buildAdmin((line) => void log.push(line));
    app.post("/echo", (request) => adminBody(request, z.object({ words: z.string() })));
    app.get("/refused", () => {
      throw new AdminError(404, "there is no such thing");
    });
    app.get("/broken", () => {
      throw new Error("at the bottom of it");
    });
    app.delete("/silent", (_request, reply) => reply.status(204).send());
  });
  afterEach(async () => {
    await app.close();
    rmSync(root, { recursive: true });
  });

  const listen = async (directory = root): Promise<string> => {
    mkdirSync(directory, { recursive: true });
    await listenAdmin(app, daemonFiles(directory).admin);
    return directory;
  };

  test("answers on a socket that is its owner's alone", async () => {
    const directory = await listen();
    expect(statSync(daemonFiles(directory).admin).mode & 0o777).toBe(0o600);
    expect(await admin(directory, "POST", "/echo", { words: "hello" })).toEqual({ words: "hello" });
    expect(await admin(directory, "DELETE", "/silent")).toBeUndefined();
  });

  test("answers however deep its directory lies", async () => {
    const directory = await listen(join(root, ..."0123456789".split("").map((one) => one.repeat(20))));
    expect(await admin(directory, "POST", "/echo", { words: "deep" })).toEqual({ words: "deep" });
  });

  test("takes the place of a socket that a killed daemon left", async () => {
    writeFileSync(daemonFiles(root).admin, "");
    const directory = await listen();
    expect(await admin(directory, "POST", "/echo", { words: "again" })).toEqual({ words: "again" });
  });

  test("says why it refuses", async () => {
    const directory = await listen();
    const refusal = (path: string, body?: object) =>
      admin(directory, body === undefined ? "GET" : "POST", path, body).catch((error: unknown) => error);
    expect(await refusal("/refused")).toEqual(new AdminRefused(404, "there is no such thing"));
    expect(await refusal("/nowhere")).toEqual(new AdminRefused(404, "there is no GET /nowhere"));
    expect(await refusal("/echo", { words: 5 })).toMatchObject({
      status: 422,
      message: expect.stringMatching(/refuses: words: .*string/) as string,
    });
  });

  test("keeps what went wrong inside for its log", async () => {
    const directory = await listen();
    const error: unknown = await admin(directory, "GET", "/broken").catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(AdminRefused);
    expect(String(error)).not.toContain("bottom");
    expect(log).toEqual(["admin: GET /broken: at the bottom of it"]);
  });

  test("of a sandbox that does not run is not there", async () => {
    await expect(admin(root, "GET", "/clock")).rejects.toThrow(SandboxNotRunning);
    await expect(admin(join(root, "nowhere"), "GET", "/clock")).rejects.toThrow(SandboxNotRunning);
    await listen();
    await app.close();
    await expect(admin(root, "GET", "/clock")).rejects.toThrow(SandboxNotRunning);
  });
});

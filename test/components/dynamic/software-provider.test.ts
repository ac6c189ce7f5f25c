import type { dynamic } from "@pulumi/pulumi";

import type { SoftwareDefinition } from "../../../catalogue/schema";
import { unknownValue } from "../../../components/dynamic/provider";
import { provider } from "../../../components/dynamic/software-provider";
import { Unreachable } from "../../../components/remote/errors";
import { asDefined } from "../../../components/remote/software/observation";
import { generateKeyPair } from "../../../components/remote/ssh-keys";
import { installation, notes } from "../remote/software/notes";

type Inputs = Parameters<typeof provider.create>[0];

const { publicKey: hostKey, privateKey } = generateKeyPair("x");
const connection = { host: "127.0.0.1", port: 9, user: "root", privateKey, hostKey };
const inputs = (change: Partial<Inputs> = {}): Inputs => ({
  ...installation(),
  connection,
  purge: false,
  condition: asDefined,
  ...change,
});
const state = { ...inputs(), version: "1.0-1" };
const diff = (news: Inputs, olds = state): Promise<dynamic.DiffResult> => provider.diff("notes", olds, news);

describe("what has to be done about an installation", () => {
  test("is nothing while nothing changes", async () => {
    await expect(diff(inputs())).resolves.toEqual({ changes: false });
  });

  test("is nothing when only the words about it change", async () => {
    const definition = notes({
      title: "Other",
      description: "Other",
      needs: { memoryMb: 2048, diskGb: 9 },
      egress: ["a.example"],
    });
    await expect(diff(inputs({ definition }))).resolves.toEqual({ changes: false });
  });

  test.each<[string, Partial<Inputs>]>([
    ["a parameter changes", { parameters: { ...installation().parameters, title: "Other" } }],
    ["a file of the definition changes", { definition: notes({ files: [] }) }],
    ["its set-up changes", { definition: notes({ setup: "true" }) }],
    ["the machine is reached another way", { connection: { ...connection, host: "127.0.0.2" } }],
    ["its data shall go with it", { purge: true }],
    ["another version is asked for", { wantedVersion: "2.*" }],
    ["something is not known yet", { parameters: { title: unknownValue } }],
  ])("is an update when %s", async (_, change) => {
    await expect(diff(inputs(change))).resolves.toEqual({ changes: true });
  });

  test.each(["1.0-1", "1.*", "*", "1.0*1"])(
    "is nothing when the version asked for, %p, is there",
    async (wantedVersion) => {
      await expect(diff(inputs({ wantedVersion }))).resolves.toEqual({ changes: false });
    },
  );

  test("does not take a dot for anything: 1.0-1 is not 1x0*", async () => {
    await expect(diff(inputs({ wantedVersion: "1.0*" }), { ...state, version: "1x0-1" })).resolves.toEqual({
      changes: true,
    });
  });

  test("is an update when a refresh found it changed by hand", async () => {
    const condition = "/etc/notes/notes.json is missing";
    await expect(diff(inputs(), { ...state, condition })).resolves.toEqual({ changes: true });
  });

  test("is a replacement when another software takes its place, the old one first", async () => {
    const definition: SoftwareDefinition = notes({ name: "other" });
    await expect(diff(inputs({ definition }))).resolves.toEqual({
      changes: true,
      replaces: ["definition"],
      deleteBeforeReplace: true,
    });
  });
});

describe("an installation that can't be", () => {
  const failures = async (change: Partial<Inputs>) =>
    ((await provider.check(inputs(), inputs(change))).failures ?? []).map(({ property, reason }) => [property, reason]);

  test("is none when all is given, or not known yet", async () => {
    await expect(failures({})).resolves.toEqual([]);
    const unknown = { ...connection, host: unknownValue, hostKey: unknownValue, privateKey: unknownValue };
    await expect(failures({ connection: unknown })).resolves.toEqual([]);
    await expect(failures({ connection: unknownValue as unknown as Inputs["connection"] })).resolves.toEqual([]);
  });

  test.each<[string, Partial<Inputs>, string, string]>([
    ["a parameter", { parameters: { title: "x" } }, "parameters.adminPassword", "parameters.adminPassword is missing."],
    [
      "one line of text",
      { parameters: { title: "a\nb", adminPassword: "x" } },
      "parameters.title",
      "parameters.title has to be one line of text.",
    ],
    [
      "the host key",
      { connection: { ...connection, hostKey: "" } },
      "connection.hostKey",
      "connection.hostKey has to be given.",
    ],
    [
      "an ed25519 host key, of the proxy too",
      { connection: { ...connection, proxy: { ...connection, hostKey: "ssh-rsa AAAA" } } },
      "connection.proxy.hostKey",
      'connection.proxy.hostKey has to be an ed25519 public key, such as "ssh-ed25519 AAAA…".',
    ],
  ])("for want of %s is refused by the argument's name", async (_, change, property, reason) => {
    await expect(failures(change)).resolves.toEqual([[property, reason]]);
  });
});

test("a machine that can't be reached is an error of the refresh, never a deletion", async () => {
  await expect(provider.read("notes", state)).rejects.toThrow(Unreachable);
});

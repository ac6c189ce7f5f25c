import { type Dirent, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

import { kind } from "./clouds";
import { type MachineName, machines, on } from "./fixture/machines";
import { exportText, revealedText, resources } from "./fixture/stack";
import { world } from "./fixture/world";

const here = world();
const ownFiles = [here.home.passphraseFile, ...kind.secretFiles(here)];
/** Pieces of every private key and password, what gives access to the cloud, and the passphrase: none may be found. */
let needles: string[];

beforeAll(async () => {
  needles = await secretPieces();
});

test("there are secrets to look for", () => {
  // The deployment's key, three host keys, the certificate authority's, two passwords; each key in several lines.
  expect(needles.length).toBeGreaterThan(12);
});

test("the state holds none of them as plain text", async () => {
  expect(found(await exportText(here))).toEqual([]);
  for (const file of filesBelow(here.home.state))
    expect([file, found(readFileSync(file, "latin1"))]).toEqual([file, []]);
});

test("the search would have found them: the state holds them as ciphertext", async () => {
  expect(found(await exportText(here, true))).toHaveLength(needles.filter((one) => !ownSecrets().includes(one)).length);
});

test("no command line held one while the deployment was made, neither here nor on its machines", () => {
  const seen = readFileSync(here.commandLines, "utf8");
  // Both sides were watched: this machine's `pulumi`, and the package manager on a server.
  expect(seen).toContain("pulumi up");
  expect(seen).toContain("apt-get install");
  expect(found(seen)).toEqual([]);
});

test("what `pulumi up` prints holds none", () => {
  expect(found(readFileSync(here.log, "utf8"))).toEqual([]);
});

test("no log of the sandbox holds one", () => {
  const logs = filesBelow(here.home.directory).filter((file) => file.endsWith(".log"));
  expect(logs).not.toEqual([]);
  for (const file of logs) expect([file, found(readFileSync(file, "latin1"))]).toEqual([file, []]);
});

test.each(machines)("no log on %s holds one", async (machine: MachineName) => {
  const logs = await on(
    here,
    machine,
    "journalctl --no-pager -o cat; find /var/log -type f ! -path '*/journal/*' -exec cat {} +",
  );
  expect(logs.length).toBeGreaterThan(1000);
  expect(found(logs)).toEqual([]);
});

test("the files that hold the passphrase and what gives access are for their owner alone", () => {
  for (const file of ownFiles) expect(statSync(file).mode & 0o077).toBe(0);
});

function found(text: string): string[] {
  return needles.filter((needle) => text.includes(needle));
}

function ownSecrets(): string[] {
  return ownFiles.map((file) => readFileSync(file, "utf8").trim());
}

async function secretPieces(): Promise<string[]> {
  const stored = await resources(here, true);
  const valuesOf = (noun: string, property: string): string[] =>
    stored.filter(({ type }) => type.endsWith(`:${noun}`)).map((one) => revealedText(one.outputs[property]));
  const keys = [...valuesOf("SshKeyPair", "privateKey"), ...valuesOf("CertificateAuthority", "privateKey")];
  const passwords = valuesOf("Password", "value");
  return [...keys.flatMap(linesOf), ...passwords, ...ownSecrets()];
}

/** The lines of a key that are its alone: not the head, which all have in common, nor the line of the public half. */
function linesOf(pem: string): string[] {
  const lines = pem.split("\n").filter((line) => /^[A-Za-z0-9+/=]{40,}$/.test(line));
  return pem.includes("OPENSSH") ? lines.slice(2) : lines.slice(1);
}

/** Without following links: a machine's disk has some that lead to this machine's own folders. */
function filesBelow(directory: string): string[] {
  return entriesOf(directory).flatMap((entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() ? [path] : [];
  });
}

/** Machines run: what is there at one moment may be gone at the next. */
function entriesOf(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}

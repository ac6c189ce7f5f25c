import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { FileBackups } from "../../../driver/state/backups";

const stack = { project: "test", stack: "office" };
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "deploy4me-backups-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

test("what is saved is read, and listed, the newest first", async () => {
  const backups = new FileBackups(folder);
  const ids = [];
  for (const state of ["one", "two", "three"]) ids.push((await backups.save(stack, "up", state)).id);
  expect((await backups.list(stack)).map(({ id }) => id)).toEqual([...ids].reverse());
  expect(await backups.read(stack, ids[1]!)).toBe("two");
  expect(await backups.list({ ...stack, stack: "other" })).toEqual([]);
});

test("a state that is the newest already is not kept twice", async () => {
  const backups = new FileBackups(folder);
  const first = await backups.save(stack, "up", "same");
  expect(await backups.save(stack, "destroy", "same")).toEqual(first);
  await backups.save(stack, "up", "other");
  await backups.save(stack, "up", "same");
  expect(await backups.list(stack)).toHaveLength(3);
});

test("old ones go", async () => {
  const backups = new FileBackups(folder, 3);
  for (let count = 0; count < 6; count++) await backups.save(stack, "up", String(count));
  const kept = await backups.list(stack);
  expect(await Promise.all(kept.map(({ id }) => backups.read(stack, id)))).toEqual(["5", "4", "3"]);
});

test("only their owner may read them", async () => {
  const { id } = await new FileBackups(folder).save(stack, "up", "secret");
  const file = join(folder, "test", "office", `${id}.json.gz`);
  expect(statSync(file).mode & 0o077).toBe(0);
  expect(statSync(join(folder, "test", "office")).mode & 0o077).toBe(0);
});

test("one that was changed, or is only there in part, is refused", async () => {
  const backups = new FileBackups(folder);
  const { id } = await backups.save(stack, "up", "content");
  writeFileSync(join(folder, "test", "office", `${id}.json.gz`), "cut");
  await expect(backups.read(stack, id)).rejects.toMatchObject({ code: "BACKUP_DAMAGED" });
});

test("one that is not there says so, also when its name leads elsewhere", async () => {
  const backups = new FileBackups(folder);
  for (const id of ["00000000000001-up-0123456789abcdef", "../../passphrase", ""])
    await expect(backups.read(stack, id)).rejects.toMatchObject({ code: "BACKUP_NOT_FOUND" });
});

test("a half-written one is not taken for one", async () => {
  const backups = new FileBackups(folder);
  await backups.save(stack, "up", "whole");
  const place = join(folder, "test", "office");
  writeFileSync(join(place, ".00000000000002-up-0123456789abcdef.json.gz.new"), "half");
  expect(await backups.list(stack)).toHaveLength(1);
  expect(readdirSync(place)).toHaveLength(2);
});

import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { LineFollower } from "../../../driver/events/event-log";

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "deploy4me-log-"));
  file = join(folder, "events");
  writeFileSync(file, "");
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Follows the file, and says when a number of lines has come. */
async function following(): Promise<{
  follower: LineFollower;
  lines: string[];
  has: (count: number) => Promise<void>;
}> {
  const lines: string[] = [];
  let look = (): void => undefined;
  const follower = new LineFollower(file, (line) => {
    lines.push(line);
    look();
  });
  await follower.start();
  const has = (count: number): Promise<void> =>
    new Promise((resolve) => {
      look = () => {
        if (lines.length >= count) resolve();
      };
      look();
    });
  return { follower, lines, has };
}

test("lines come as they are written, whole", async () => {
  const { follower, lines, has } = await following();
  appendFileSync(file, "one\ntw");
  await has(1);
  expect(lines).toEqual(["one"]);
  appendFileSync(file, "o\n\nthree\n");
  await has(3);
  expect(lines).toEqual(["one", "two", "three"]);
  await follower.finish();
});

test("the end brings what was written last, also half a line", async () => {
  const { follower, lines } = await following();
  appendFileSync(file, "one\nhalf");
  await follower.finish();
  expect(lines).toEqual(["one", "half"]);
});

test("characters that a read cuts in two are put together", async () => {
  const { follower, lines } = await following();
  const line = "ü".repeat(200_000) + "x";
  appendFileSync(file, `a${line}\n`);
  await follower.finish();
  expect(lines).toEqual([`a${line}`]);
});

test("a line beyond all measure is passed over, and the next is read", async () => {
  const { follower, lines } = await following();
  appendFileSync(file, "x".repeat(33 * 1024 * 1024));
  appendFileSync(file, "\nnext\n");
  await follower.finish();
  expect(lines).toEqual(["next"]);
});

test("what was there before is read as well", async () => {
  appendFileSync(file, "early\n");
  const { follower, has } = await following();
  await has(1);
  await follower.finish();
});

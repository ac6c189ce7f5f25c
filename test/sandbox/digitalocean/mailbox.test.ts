import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ManualClock } from "../../../sandbox/clock";
import { mailbox } from "../../../sandbox/digitalocean/mailbox";

test("mails arrive in files that only their owner reads, in the order they were sent", async () => {
  const directory = mkdtempSync(join(tmpdir(), "deploy4me-mail-"));
  try {
    const clock = new ManualClock(new Date("2026-03-01T12:30:00Z"));
    const box = join(directory, "mail");
    const send = mailbox(box, clock);
    await send({ subject: "first", text: "Hello.\n" });
    clock.advance(1000);
    await send({ subject: "second", text: "Hello again.\n" });
    const files = readdirSync(box).sort();
    expect(files).toHaveLength(2);
    expect(files.map((file) => readFileSync(join(box, file), "utf8"))).toEqual([
      "Date: Sun, 01 Mar 2026 12:30:00 GMT\nFrom: DigitalOcean\nSubject: first\n\nHello.\n",
      "Date: Sun, 01 Mar 2026 12:30:01 GMT\nFrom: DigitalOcean\nSubject: second\n\nHello again.\n",
    ]);
    expect(statSync(box).mode & 0o777).toBe(0o700);
    for (const file of files) expect(statSync(join(box, file)).mode & 0o777).toBe(0o600);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

import { plainly } from "../../../cli/project/paint";
import { failureLines, PeopleReport, progressInWords } from "../../../cli/project/people-report";
import { StatusLine } from "../../../cli/project/status-line";
import { InvalidRequest } from "../../../driver/request";
import type { OperationEvent, StepEvent } from "../../../driver/events/operation-event";

const progress = {
  done: 12,
  planned: 31,
  current: ["Droplet office-wiki-droplet", "DnsRecord office-dns-wiki-a", "Tag x"],
  elapsedMs: 7_400,
};
const started: OperationEvent = { kind: "started", at: 0, progress };
const resource = {
  urn: "urn:pulumi:office::p::t::office-wiki-droplet",
  type: "digitalocean:index/droplet:Droplet",
  name: "office-wiki-droplet",
};
const step: StepEvent = {
  kind: "step",
  at: 0,
  progress,
  phase: "done",
  operation: "create",
  resource,
  changes: [],
  drift: false,
  tookMs: 65_000,
};

function reported(
  events: readonly OperationEvent[],
  kind: "up" | "preview" = "up",
  columns?: number,
): { out: string; err: string } {
  const said = { out: "", err: "" };
  const report = new PeopleReport({
    out: (text) => (said.out += text),
    err: (text) => (said.err += text),
    paint: plainly,
    ...(columns === undefined ? {} : { columns: () => columns }),
  });
  for (const event of events) report.event({ kind, stack: { project: "deploy4me", stack: "office" } }, event);
  report.settle();
  return said;
}

test("steps are told as they end, with how long they took", () => {
  const failed: StepEvent = { ...step, phase: "failed", tookMs: 1_000 };
  const outside: StepEvent = { ...step, operation: "delete", drift: true };
  expect(reported([started, { ...step, phase: "begun" }, step, failed, outside]).out).toBe(
    [
      "   7 s  + droplet wiki (1 min 5 s)",
      "   7 s  ! droplet wiki failed (1 s)",
      "   7 s  ~ droplet wiki was removed outside",
      "",
    ].join("\n"),
  );
});

test("a preview's come later, in order: of it only what the driver notes is told at once", () => {
  const note: OperationEvent = { kind: "note", at: 0, progress, message: "a lock was removed." };
  expect(reported([started, step, note], "preview").out).toBe("   7 s  a lock was removed.\n");
});

test("in a terminal there is a line of what is under way, and nothing is left of it", () => {
  const { out } = reported([{ ...started, at: Date.now() }], "up", 60);
  expect(out).toMatch(/\r *\d+ s {2}12 of 31 done · droplet wiki, DNS record wiki-a an…\u001b\[K\r\u001b\[K$/);
});

test("what is under way is said in the words of the plan", () => {
  expect(progressInWords(started, "office")).toBe("12 of 31 done · droplet wiki, DNS record wiki-a and 1 more");
  expect(progressInWords({ kind: "queued", at: 0, progress, ahead: 2 }, "office")).toBe(
    "waits until there is memory, behind 2",
  );
});

test("a line that would wrap is cut, and the same one is not written twice", () => {
  let written = "";
  const line = new StatusLine(
    (text) => (written += text),
    () => 10,
  );
  line.draw("0123456789abc");
  line.draw("0123456789abc");
  expect(written).toBe("\r01234567…\u001b[K");
});

test("mistakes in a file are each at file:line:column", () => {
  const problem = { path: ["region"], at: "region", expected: "has to be fra1", value: "fra2", line: 3, column: 9 };
  expect(failureLines(new InvalidRequest([problem], "work/office.yaml"))).toEqual([
    "deploy4me: work/office.yaml is not right; nothing was started.",
    "  work/office.yaml:3:9 region has to be fra1 (it is fra2).",
  ]);
});

test("an error from elsewhere is told without what may be secret", () => {
  const [line] = failureLines(new Error(`no: dop_v1_${"a".repeat(64)} \u001b[2J`));
  expect(line).toBe("deploy4me: no: [secret]  [2J");
});

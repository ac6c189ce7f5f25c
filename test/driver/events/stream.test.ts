import type { OperationEvent } from "../../../driver/events/operation-event";
import { EventStream } from "../../../driver/events/stream";

const progress = { done: 0, planned: 0, current: [], elapsedMs: 0 };
const note = (message: string): OperationEvent => ({ kind: "note", at: 0, progress, message });

async function all(stream: EventStream): Promise<string[]> {
  const seen: string[] = [];
  for await (const event of stream) seen.push(event.kind === "note" ? event.message : event.kind);
  return seen;
}

test("every reader sees every event, whenever it comes", async () => {
  const stream = new EventStream();
  const early = all(stream);
  stream.push(note("one"));
  const middle = all(stream);
  stream.push(note("two"));
  stream.end();
  expect(await Promise.all([early, middle, all(stream)])).toEqual(Array(3).fill(["one", "two"]));
});

test("a reader that leaves keeps nobody", async () => {
  const stream = new EventStream();
  stream.push(note("one"));
  for await (const event of stream) {
    expect(event).toMatchObject({ message: "one" });
    break;
  }
  stream.push(note("two"));
  stream.end();
  expect(await all(stream)).toEqual(["one", "two"]);
});

test("what is kept has a limit, and who is late is told how much was missed", async () => {
  const stream = new EventStream(10);
  const slow = stream[Symbol.asyncIterator]();
  stream.push(note("0"));
  expect((await slow.next()).value).toMatchObject({ message: "0" });
  for (let count = 1; count < 100; count++) stream.push(note(String(count)));
  stream.end();
  const gap = (await slow.next()).value;
  expect(gap).toMatchObject({ kind: "gap" });
  const next = (await slow.next()).value;
  // All that is not told is counted.
  expect(next).toMatchObject({ message: String(1 + (gap as { missed: number }).missed) });
  const late = await all(stream);
  expect(late[0]).toBe("gap");
  expect(late.length).toBeLessThanOrEqual(13);
  expect(late.at(-1)).toBe("99");
});

test("nothing follows the end", async () => {
  const stream = new EventStream();
  stream.end();
  stream.push(note("too late"));
  expect(await all(stream)).toEqual([]);
});

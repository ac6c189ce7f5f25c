import { Bed, failureOf } from "./fixture";
import { RecordingEngine } from "./recording-engine";

/** Whoever has the credentials may fail or be late: then the engine is not started. */
const request = { name: "credentials", tags: 1 };
let bed: Bed;
let recording: RecordingEngine;
beforeAll(async () => {
  bed = await Bed.open();
  recording = new RecordingEngine();
  await bed.driver().up(request).result;
});
afterAll(async () => {
  recording.remove();
  await bed.close();
});

test("their failure is the operation's", async () => {
  class Reconnect extends Error {
    readonly code = "RECONNECT_NEEDED";
  }
  const driver = bed.driver({
    engine: recording.engine,
    credentials: { mode: "guard", environment: () => Promise.reject(new Reconnect("connect again")) },
  });
  expect(await failureOf(driver.up(request).result)).toMatchObject({ code: "RECONNECT_NEEDED" });
  expect(recording.calls).toEqual([]);
});

test("who does not answer is not waited for, and told that nobody waits any more", async () => {
  let told: unknown;
  const driver = bed.driver({
    engine: recording.engine,
    times: { callMs: 200 },
    credentials: {
      mode: "guard",
      environment: (_stack, signal) =>
        new Promise(() => {
          signal.addEventListener("abort", () => {
            told = signal.reason as unknown;
          });
        }),
    },
  });
  expect(await failureOf(driver.up(request).result)).toMatchObject({ code: "CREDENTIALS_LATE" });
  expect(told).toMatchObject({ code: "CREDENTIALS_LATE" });
  expect(recording.calls).toEqual([]);
});

test("cancelled while they are asked for, nothing has been started", async () => {
  const driver = bed.driver({
    engine: recording.engine,
    credentials: {
      mode: "guard",
      environment: () => {
        operation.cancel("enough");
        return new Promise(() => undefined);
      },
    },
  });
  const operation = driver.up(request);
  expect(await failureOf(operation.result)).toMatchObject({ code: "OPERATION_CANCELLED", started: false });
  expect(recording.calls).toEqual([]);
});

test("they are asked for with the stack, while its lease is held, before every operation", async () => {
  const asked: string[] = [];
  const driver = bed.driver({
    credentials: {
      mode: "guard",
      environment: async ({ project, stack }) => {
        const busy = await failureOf(bed.driver().up(request).result);
        asked.push(`${project}/${stack} ${String(busy.code)}`);
        return bed.cloudVariables;
      },
    },
  });
  await driver.preview(request).result;
  await driver.up(request).result;
  expect(asked).toEqual(Array(2).fill("test/credentials STACK_BUSY"));
});

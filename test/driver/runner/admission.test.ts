import { Admission } from "../../../driver/runner/admission";

const never = new AbortController().signal;
const nobody = (): void => undefined;

test("as many enter as there is memory for, the others in their order", async () => {
  const admission = new Admission(300);
  const entered: string[] = [];
  const enter = async (name: string, mb: number): Promise<() => void> => {
    const leave = await admission.enter(mb, never, nobody);
    entered.push(name);
    return leave;
  };
  const a = await enter("a", 200);
  const b = enter("b", 200);
  // There would be room for it, and it waits all the same: otherwise a large one would wait for ever.
  const c = enter("c", 100);
  await Promise.resolve();
  expect(entered).toEqual(["a"]);
  expect(admission).toMatchObject({ usedMb: 200, queued: 2 });
  a();
  await Promise.all([b, c]);
  expect(entered).toEqual(["a", "b", "c"]);
  expect(admission.usedMb).toBe(300);
});

test("who waits is told how many are before it", async () => {
  const admission = new Admission(100);
  const leave = await admission.enter(100, never, nobody);
  const ahead: number[] = [];
  const waiting = [1, 2, 3].map(() => admission.enter(100, never, (count) => ahead.push(count)));
  expect(ahead).toEqual([0, 1, 2]);
  leave();
  for (const one of waiting) (await one)();
  expect(admission.usedMb).toBe(0);
});

test("who is cancelled leaves the queue, and lets others through", async () => {
  const admission = new Admission(100);
  const leave = await admission.enter(60, never, nobody);
  const controller = new AbortController();
  const large = admission.enter(100, controller.signal, nobody);
  const small = admission.enter(40, never, nobody);
  controller.abort("gone");
  await expect(large).rejects.toBe("gone");
  (await small)();
  leave();
  expect(admission).toMatchObject({ usedMb: 0, queued: 0 });
});

test("leaving twice gives nothing back twice", async () => {
  const admission = new Admission(100);
  const leave = await admission.enter(50, never, nobody);
  await admission.enter(50, never, nobody);
  leave();
  leave();
  expect(admission.usedMb).toBe(50);
});

test("what could never be granted is refused at once", async () => {
  await expect(new Admission(100).enter(101, never, nobody)).rejects.toMatchObject({ code: "MEMORY_NOT_GRANTED" });
});

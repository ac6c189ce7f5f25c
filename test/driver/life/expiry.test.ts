import type { Driver } from "../../../driver/driver";
import type { Expiring } from "../../../driver/life/expiry";
import type { Program } from "../../../driver/program";
import { Bed, failureOf } from "../fixture";
import { cloudProgram } from "../programs/cloud-program";
import type { CloudRequest } from "../programs/cloud";

const hour = 3_600_000;
const day = 24 * hour;
const start = Date.parse("2027-01-01T00:00:00Z");

interface LivedRequest extends CloudRequest {
  readonly timeToLive?: string;
  readonly protect?: boolean;
}

/** By the real engine: one whole life, on a clock that stands where it is put. What is decided when is expiry-decisions.test.ts. */
let bed: Bed;
let driver: Driver<CloudRequest>;
let now = start;
const requests = new Map<string, LivedRequest>();
const announced: string[] = [];
let refusal: Error | undefined;

beforeAll(async () => {
  bed = await Bed.open();
  const program: Program<CloudRequest> = {
    ...cloudProgram,
    timeToLive: (request: LivedRequest) => request.timeToLive,
    isProtected: (request: LivedRequest) => request.protect === true,
  };
  driver = bed.driver({ program, now: () => now });
});
afterAll(async () => {
  await bed.close();
});
beforeEach(() => {
  now = start;
  requests.clear();
  announced.length = 0;
  refusal = undefined;
});

async function deployed(request: LivedRequest): Promise<void> {
  requests.set(request.name, request);
  await driver.up(request).result;
}

const expire = () =>
  driver.expire({
    requestOf: ({ stack }) => Promise.resolve(requests.get(stack)),
    announce: ({ stack, ends }: Expiring) => {
      if (refusal !== undefined) return Promise.reject(refusal);
      announced.push(`${stack.stack} ${new Date(ends).toISOString()}`);
      return Promise.resolve();
    },
  });
const isThere = async (name: string): Promise<boolean> => (await bed.tags()).includes(`${name}-0`);

test("one is announced once, a day before its end, and removed after it", async () => {
  await deployed({ name: "short", tags: 1, timeToLive: "P3D" });
  expect(await driver.expiring()).toEqual([]);
  expect(await expire()).toEqual({ announced: [], removed: [], kept: [] });
  now = start + 2 * day;
  const ends = start + 3 * day;
  expect(await driver.expiring()).toMatchObject([{ stack: { stack: "short" }, made: start, ends, announced: false }]);
  await expire();
  await expire();
  expect(announced).toEqual(["short 2027-01-04T00:00:00.000Z"]);
  expect(await driver.expiring()).toMatchObject([{ announced: true }]);
  expect(await isThere("short")).toBe(true);
  now = ends;
  expect(await expire()).toMatchObject({ removed: [{ project: "test", stack: "short" }], kept: [] });
  expect(await isThere("short")).toBe(false);
  expect(await failureOf(driver.outputs("short").result)).toMatchObject({ code: "STACK_NOT_FOUND" });
  expect(await driver.expiring({ within: 100 * day })).toEqual([]);
});

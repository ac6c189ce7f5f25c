import { endOf, expectedOfTimeToLive } from "../../../driver/request/time-to-live";

const start = new Date("2027-01-31T12:00:00Z");

describe("a time to live", () => {
  test.each([
    ["PT90M", "2027-01-31T13:30:00.000Z"],
    ["P1D", "2027-02-01T12:00:00.000Z"],
    ["P1M", "2027-02-28T12:00:00.000Z"],
    ["P2W", "2027-02-14T12:00:00.000Z"],
    ["P1Y2M3DT4H", "2028-04-03T16:00:00.000Z"],
    ["2027-03-28T02:30:00+01:00", "2027-03-28T01:30:00.000Z"],
    ["2027-03-28T02:30:00Z", "2027-03-28T02:30:00.000Z"],
  ])("of %s ends at %s", (timeToLive, end) => {
    expect(endOf(timeToLive, start)?.toISOString()).toBe(end);
  });

  test("that no calendar has ends never", () => {
    expect(endOf("PT99999999999999999999H", start)).toBeUndefined();
    expect(endOf("2027-02-30T00:00:00Z", start)).toBeUndefined();
  });

  test("is an hour at least and a hundred years at most", () => {
    expect(expectedOfTimeToLive("PT1H", start)).toBeUndefined();
    expect(expectedOfTimeToLive("P100Y", start)).toBeUndefined();
    expect(expectedOfTimeToLive("PT3599S", start)).toMatch(/^has to be an hour/);
    expect(expectedOfTimeToLive("P100YT1S", start)).toMatch(/^has to be over within 100 years/);
    expect(expectedOfTimeToLive("2027-01-31T12:59:59Z", start)).toMatch(/^has to end an hour from now/);
  });
});

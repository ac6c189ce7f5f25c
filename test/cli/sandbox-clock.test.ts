import { seconds } from "../../cli/sandbox-clock";

test.each([
  ["90s", 90],
  ["15m", 900],
  ["1h30m", 5400],
  ["7d", 604_800],
])("%s is a duration", (text, expected) => {
  expect(seconds(text)).toBe(expected);
});

test.each(["", "90", "1w", "-5s", "5s ", "1.5h"])("%j is none", (text) => {
  expect(() => seconds(text)).toThrow("no duration");
});

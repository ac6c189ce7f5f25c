/**
 * Tests run as compiled by tsc: what is tested is what ships, and dynamic providers see the same CommonJS.
 * @type {import("jest").Config}
 */
module.exports = {
  testEnvironment: "node",
  roots: ["<rootDir>/dist/test"],
  testMatch: ["**/*.test.js"],
  testPathIgnorePatterns: ["/dist/test/end-to-end/"],
  transform: { "\\.js$": "<rootDir>/test/runner/compiled.cjs" },
  setupFiles: ["<rootDir>/test/runner/short-traces.cjs"],
  testSequencer: "<rootDir>/test/runner/longest-first.cjs",
  // One more than the processors of a small machine: there is always one that waits.
  maxWorkers: 3,
  // A busy machine makes a test slow, not wrong.
  testTimeout: 180_000,
};

/**
 * Tests run as compiled by tsc: what is tested is what ships, and dynamic providers see the same CommonJS.
 * @type {import("jest").Config}
 */
module.exports = {
  testEnvironment: "node",
  roots: ["<rootDir>/dist/test"],
  testMatch: ["**/*.test.js"],
  testPathIgnorePatterns: ["/dist/test/end-to-end/"],
  maxWorkers: 2,
  testTimeout: 60_000,
};

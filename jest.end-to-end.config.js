/**
 * One real deployment in a sandbox of its own, made before the first file and destroyed by the last. The files run one at
 * a time in the order of their names: each leaves the deployment as it found it.
 * @type {import("jest").Config}
 */
module.exports = {
  testEnvironment: "node",
  roots: ["<rootDir>/dist/test/end-to-end"],
  testMatch: ["**/*.test.js"],
  globalSetup: "<rootDir>/dist/test/end-to-end/setup.js",
  globalTeardown: "<rootDir>/dist/test/end-to-end/teardown.js",
  testSequencer: "<rootDir>/dist/test/end-to-end/sequencer.js",
  maxWorkers: 1,
  testTimeout: 300_000,
  // Each file takes a while: what it showed is seen as soon as it is through.
  verbose: true,
};

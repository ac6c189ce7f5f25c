/** Which files: all of them, or what has to be seen of every cloud: deployed, visited, found unchanged, scanned and destroyed. */
const files = {
  all: ["**/*.test.js"],
  core: ["**/0[234]-*.test.js", "**/15-*.test.js"],
}[process.env.DEPLOY4ME_END_TO_END_PART ?? "all"];
if (files === undefined) throw new Error("DEPLOY4ME_END_TO_END_PART has to be all or core");

/** Which cloud (see test/end-to-end/clouds/), and what it has not: a description that its API could be held against. */
const without = { digitalocean: [], aws: ["/16-contract"] }[process.env.DEPLOY4ME_END_TO_END_CLOUD ?? "digitalocean"];
if (without === undefined) throw new Error("DEPLOY4ME_END_TO_END_CLOUD has to be digitalocean or aws");

/**
 * One real deployment in a sandbox of its own, made before the first file and destroyed by the last. The files run one at
 * a time in the order of their names: each leaves the deployment as it found it.
 * @type {import("jest").Config}
 */
module.exports = {
  testEnvironment: "node",
  roots: ["<rootDir>/dist/test/end-to-end"],
  testMatch: files,
  testPathIgnorePatterns: without,
  globalSetup: "<rootDir>/dist/test/end-to-end/setup.js",
  globalTeardown: "<rootDir>/dist/test/end-to-end/teardown.js",
  transform: { "\\.js$": "<rootDir>/test/runner/compiled.cjs" },
  testSequencer: "<rootDir>/dist/test/end-to-end/sequencer.js",
  maxWorkers: 1,
  testTimeout: 300_000,
  // Each file takes a while: what it showed is seen as soon as it is through.
  verbose: true,
};

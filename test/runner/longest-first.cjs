const { default: Sequencer } = require("@jest/test-sequencer");

/**
 * What takes longest, mostly by waiting for machines and windows of time: it starts first, so that nothing is left to
 * wait for when all others are through. What Jest remembers of the last run orders the others, and on a fresh machine
 * their size.
 */
const longest = [
  "components/remote/iptables/way-in",
  "components/remote/software/install",
  "sandbox/hosts/storage/snapshots",
  "components/remote/iptables/drift",
  "components/aws/engine",
  "driver/isolation",
  "cli/disconnect",
  "cli/connect",
  "driver/death",
  "sandbox/hosts/storage/volumes",
  "campaign/killed",
  "campaign/campaign",
  "fuzz/schemathesis",
  "components/dynamic/ruleset-engine",
  "components/dynamic/connection-check-engine",
  "cli/connect-aws",
  "guard/pacing/limits",
];

module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const place = ({ path }) => {
      const found = longest.findIndex((name) => path.endsWith(`/dist/test/${name}.test.js`));
      return found === -1 ? longest.length : found;
    };
    // Sorting is stable: those without a place stay as Jest has them.
    return super.sort(tests).sort((a, b) => place(a) - place(b));
  }
};

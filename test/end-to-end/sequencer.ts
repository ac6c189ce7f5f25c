import Sequencer from "@jest/test-sequencer";

type Tests = Parameters<Sequencer["sort"]>[0];

/** The files in the order of their names: what takes a deployment apart comes after what looks at it. */
class ByName extends Sequencer {
  override sort(tests: Tests): Tests {
    return [...tests].sort((a, b) => (a.path < b.path ? -1 : 1));
  }
}

export = ByName;

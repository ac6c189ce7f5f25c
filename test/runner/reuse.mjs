// Which suites need not be run again, as `go test` has it: nothing that they could have looked at has changed since they
// passed. What looks at this machine rather than at the checkout, or draws at random, is run each time.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { release } from "node:os";
import { dirname, join, relative } from "node:path";

import { hashOf } from "./unchanged.mjs";

/** Below `dist/test`: they boot machines, set rules in namespaces of the network, kill at moments that time decides, or read all suites. */
const eachTime = [
  // It reads every file, the suites as well.
  "architecture",
  "campaign/",
  "components/dynamic/",
  "components/host/machine.",
  "components/remote/",
  "fuzz/",
  "guard/intents/killed.",
  "sandbox/digitalocean/on-machines.",
  "sandbox/hosts/",
  "sandbox/kill/",
  "sandbox/properties/",
];
/** Of a suite, or of what the suites share, by which it draws. */
const draws = /"fast-check"|\beffort"|\brandomInt\b|Math\.random\b/;
/** Of the environment, what is another one in each shell and is nothing to a test. */
const volatile = /^(_|AFRESH|PWD|OLDPWD|SHLVL|TERM|COLUMNS|LINES|MAKE.*|MFLAGS|SSH_.*|npm_.*)$/;
/** What depends on the day shows within one, in milliseconds. */
const standsFor = 24 * 3_600_000;

/**
 * @typedef {{ passed: number, key: string, at: number }} Kept what a suite came to
 * @typedef {{ run: string[], standing: Map<string, number> }} Split the suites to run, and the tests of each that stands
 */

export class Reuse {
  /**
   * @param root of the checkout
   * @param environment that the suites get
   * @param now milliseconds since 1970
   */
  constructor(root, environment = process.env, now = Date.now()) {
    this.tests = join(root, "dist", "test");
    this.file = join(root, ".deploy4me", "clean", "suites.json");
    this.now = now;
    this.root = root;
    this.environment = environment;
    this.common = this.#common();
  }

  /** @returns {Split} */
  split(suites) {
    const kept = this.#kept();
    const standing = new Map();
    for (const suite of suites) {
      const { passed = 0, key, at = 0 } = kept[relative(this.tests, suite)] ?? {};
      const isYoung = at <= this.now && this.now - at < standsFor;
      if (passed > 0 && isYoung && key === this.#key(suite) && !this.#runsAlways(suite)) standing.set(suite, passed);
    }
    return { run: suites.filter((suite) => !standing.has(suite)), standing };
  }

  /**
   * Keeps what passed, and forgets what did not; nothing is kept when something has changed meanwhile: nobody knows what was tested then.
   * @param report of Jest
   */
  keep({ testResults }) {
    const isSame = this.#common() === this.common;
    const kept = this.#kept();
    for (const { name, status, assertionResults } of testResults) {
      const all = assertionResults.every((one) => one.status === "passed");
      const suite = relative(this.tests, name);
      if (isSame && status === "passed" && all)
        kept[suite] = { passed: assertionResults.length, key: this.#key(name), at: this.now };
      else delete kept[suite];
    }
    mkdirSync(dirname(this.file), { recursive: true });
    writeFileSync(this.file, JSON.stringify(kept));
  }

  /** @returns {Record<string, Kept>} */
  #kept() {
    try {
      return JSON.parse(readFileSync(this.file, "utf8"));
    } catch {
      return {};
    }
  }

  /** All that any suite could look at: the checkout but for the suites themselves, the tools, and the machine. */
  #common() {
    const isSuite = (path) => /\.test\.(ts|js|js\.map|d\.ts)$/.test(path);
    const hash = createHash("sha256").update(hashOf(this.root, (path) => !isSuite(path)));
    hash.update(hashOf(join(this.root, "dist"), (path) => !isSuite(path) && !path.endsWith(".tsbuildinfo")));
    hash.update(release());
    for (const file of [
      "/var/lib/dpkg/status",
      join(this.root, ".deploy4me", "bin", "engine.json"),
      join(this.root, "node_modules", ".package-lock.json"),
    ])
      hash.update(existsSync(file) ? readFileSync(file) : "none");
    // The description that answers are held against lies beside the checkout, where it is at all.
    for (const folder of [join(this.root, "..", "shared", "data"), join(this.root, ".deploy4me", "moto")])
      hash.update(
        existsSync(folder)
          ? readdirSync(folder)
              .map((name) => seen(join(folder, name)))
              .join()
          : "none",
      );
    for (const [name, value] of Object.entries(this.environment).sort())
      if (!volatile.test(name)) hash.update(`\0${name}=${value}`);
    return hash.digest("hex");
  }

  #key(suite) {
    return createHash("sha256").update(this.common).update(readFileSync(suite)).digest("hex");
  }

  #runsAlways(suite) {
    const name = relative(this.tests, suite);
    return (
      eachTime.some((start) => name.startsWith(start)) || modulesOf(suite, this.tests).some((text) => draws.test(text))
    );
  }
}

function seen(file) {
  const { size, mtimeMs } = statSync(file);
  return `${file} ${size} ${mtimeMs}`;
}

/** The text of a compiled module and of all in a folder that it loads, however they are loaded. */
function modulesOf(file, folder) {
  const found = new Map();
  const look = (path) => {
    if (found.has(path)) return;
    const text = readFileSync(path, "utf8");
    found.set(path, text);
    for (const [, name] of text.matchAll(/(?:require|require\.resolve|import)\("(\.[^"]+)"\)/g)) {
      const target = join(dirname(path), name);
      const module = [target, `${target}.js`, join(target, "index.js")].find(
        (one) => one.endsWith(".js") && existsSync(one),
      );
      if (module?.startsWith(folder)) look(module);
    }
  };
  look(file);
  return [...found.values()];
}

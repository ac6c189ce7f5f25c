import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join, relative, dirname } from "node:path";

import { projectRoot } from "../cli/home";

/** An import, by the file it stands in and the one it leads to. Both have to exist, or the rule sees nothing. */
interface Import {
  readonly from: string;
  readonly to: string;
}

const forbidden: readonly Import[] = [
  { from: "components/naming.ts", to: "programs/deployment.ts" },
  { from: "components/naming.ts", to: "sandbox/hosts/hosts.ts" },
  { from: "components/remote/ssh.ts", to: "components/dynamic/provider.ts" },
  { from: "components/dynamic/provider.ts", to: "components/host/connection.ts" },
  { from: "components/host/connection.ts", to: "components/digitalocean/network.ts" },
  { from: "catalogue/loader.ts", to: "components/naming.ts" },
  { from: "programs/deployment.ts", to: "cli/home.ts" },
  { from: "sandbox/hosts/hosts.ts", to: "components/naming.ts" },
  { from: "sandbox/hosts/hosts.ts", to: "cli/home.ts" },
  { from: "cli/home.ts", to: "components/naming.ts" },
  { from: "driver/driver.ts", to: "guard/server.ts" },
  { from: "cli/home.ts", to: "test/components/remote/sshd.ts" },
];
const allowed: readonly Import[] = [
  { from: "components/naming.ts", to: "catalogue/loader.ts" },
  { from: "components/digitalocean/network.ts", to: "components/host/connection.ts" },
  { from: "components/dynamic/provider.ts", to: "components/remote/ssh.ts" },
  { from: "programs/deployment.ts", to: "components/naming.ts" },
  { from: "cli/home.ts", to: "sandbox/hosts/hosts.ts" },
  { from: "driver/driver.ts", to: "guard/recognition/recognition.ts" },
  { from: "test/architecture.test.ts", to: "sandbox/hosts/hosts.ts" },
];

const root = projectRoot();
const found = new Map<Import, readonly string[]>();

beforeAll(() => {
  const all = [...forbidden, ...allowed];
  const texts = all.map(({ from, to }) => ({ file: join(root, from), text: `import "${specifier(from, to)}";\n` }));
  const script = join(root, "test/architecture/lint-texts.mjs");
  const output = execFileSync(process.execPath, [script, root], {
    input: JSON.stringify(texts),
    encoding: "utf8",
    timeout: 120_000,
  });
  const messages = JSON.parse(output) as string[][];
  all.forEach((one, index) => found.set(one, messages[index] ?? ["not linted"]));
}, 150_000);

test.each(forbidden)("$from may not import $to", (one) => {
  expect(existsSync(join(root, one.to))).toBe(true);
  expect(found.get(one)).toEqual([expect.stringMatching(/^import-x\/no-restricted-paths: /)]);
});

test.each(allowed)("$from may import $to", (one) => {
  expect(existsSync(join(root, one.to))).toBe(true);
  expect(found.get(one)).toEqual([]);
});

function specifier(from: string, to: string): string {
  const path = relative(dirname(from), to).replace(/\.ts$/, "");
  return path.startsWith(".") ? path : `./${path}`;
}

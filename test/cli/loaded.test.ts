import { execFileSync } from "node:child_process";
import { join } from "node:path";

import { projectRoot } from "../../cli/home";

/** A command that asks nobody for anything is loaded in a moment: what asks is loaded when it is wanted. */
test.each([
  ["connect", /\/node_modules\/@aws-sdk\/client-/],
  ["token", /\/node_modules\/(@aws-sdk\/client-|simple-oauth2\/)/],
  ["exec", /\/node_modules\/(@aws-sdk\/client-|simple-oauth2\/)/],
  ["disconnect", /\/node_modules\/(@aws-sdk\/client-|simple-oauth2\/)/],
])("%s is loaded without %s", (command, clients) => {
  const file = join(projectRoot(), "dist", "cli", `${command}.js`);
  const script = `require(${JSON.stringify(file)}); process.stdout.write(Object.keys(require.cache).join("\\n"))`;
  const loaded = execFileSync(process.execPath, ["-e", script], { encoding: "utf8", timeout: 60_000 }).split("\n");
  expect(loaded).toContain(file);
  expect(loaded.filter((one) => clients.test(one))).toEqual([]);
});

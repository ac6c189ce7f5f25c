import { readFileSync } from "node:fs";
import { join } from "node:path";

import { Command } from "commander";

import { registerCancel } from "../../../cli/project/cancelling";
import { registerPreview, registerUp } from "../../../cli/project/deploying";
import { registerExpire } from "../../../cli/project/expiring";
import { exitCodes } from "../../../cli/project/exit";
import { jsonLine } from "../../../cli/project/json-lines";
import { registerEstimate, registerHistory, registerOutputs } from "../../../cli/project/looking";
import { registerRefresh } from "../../../cli/project/refreshing";
import { registerDestroy } from "../../../cli/project/removing";
import { registerSchema } from "../../../cli/project/schema";
import { registerSweep } from "../../../cli/project/sweeping";
import { registerState } from "../../../cli/project/state";
import { packageRoot } from "../../../driver/engine";

/** docs/commands.md names what there is. */
const text = readFileSync(join(packageRoot(), "docs", "commands.md"), "utf8");
const program = new Command("deploy4me");
for (const register of [
  ...[registerPreview, registerUp, registerRefresh, registerDestroy, registerOutputs, registerHistory],
  ...[registerEstimate, registerCancel, registerState, registerSchema, registerSweep, registerExpire],
])
  register(program);
const commands = program.commands.flatMap((command) =>
  command.commands.length === 0 ? [command] : command.commands.map((inner) => inner),
);

test.each(commands.map((command) => [nameOf(command), command] as const))("%s, with every option", (name, command) => {
  expect(text).toMatch(new RegExp(`^\\| \`${name}[ \`]`, "m"));
  for (const { long, description } of command.options) {
    if (long === "--stack") expect(text).toContain("`--stack NAME`");
    else
      expect([description, new RegExp(`^\\| \`${long}[ \`].*$`, "m").exec(text)?.[0]]).toEqual([
        description,
        expect.stringMatching(long === "--json" ? "all but" : new RegExp(`\\b${name}\\b`)),
      ]);
  }
});

test("every exit code, and every kind of JSON line with its keys", () => {
  for (const code of Object.values(exitCodes)) expect(text).toMatch(new RegExp(`^\\| ${code} +\\|`, "m"));
  for (const { shape } of jsonLine.options) {
    const [kind] = shape.kind.values;
    const row = new RegExp(`^\\| \`${kind!}\`.*$`, "m").exec(text)?.[0];
    const common = ["version", "at", "kind", "operation", "progress"];
    for (const key of Object.keys(shape).filter((name) => !common.includes(name))) expect(row).toContain(`\`${key}\``);
    for (const key of common) expect(text).toContain(`\`${key}\``);
  }
});

function nameOf(command: Command): string {
  return command.parent === null || command.parent === program
    ? command.name()
    : `${command.parent.name()} ${command.name()}`;
}

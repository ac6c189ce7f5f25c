import { readFileSync } from "node:fs";

import { type Command } from "commander";
import { z } from "zod";

import type { Kind } from "../sandbox/faults/kind";
import { kinds } from "../sandbox/faults/kinds";
import { optionHints } from "../sandbox/faults/options";
import { admin } from "./admin";
import { home } from "./home";
import { table } from "./status";

/** `deploy4me sandbox fault …`: what goes wrong in the cloud on purpose. */
export function registerSandboxFault(sandbox: Command): void {
  const fault = sandbox.command("fault").description("make something go wrong in the cloud: see `fault kinds`");
  registerAdd(fault);

  fault
    .command("list")
    .description("the faults there are, how often something came that they are for, and how often they struck")
    .option("--json", "for programs")
    .action(async ({ json = false }: { json?: boolean }) => {
      const { faults } = z.object({ faults: z.array(faultSchema) }).parse(await ask("GET", "/faults"));
      say(json ? JSON.stringify(faults, undefined, 2) : listText(faults));
    });

  fault
    .command("show")
    .description("everything about one fault")
    .argument("<id>", "as `fault list` shows it")
    .action(async (id: string) => {
      const answer = z.object({ fault: faultSchema }).parse(await ask("GET", `/faults/${encodeURIComponent(id)}`));
      say(JSON.stringify(answer.fault, undefined, 2));
    });

  const clear = fault.command("clear");
  clear
    .description("take a fault away, or all of them; what they hold up goes on")
    .argument("[id]", "as `fault list` shows it")
    .option("--all", "all of them")
    .action(async (id: string | undefined, { all = false }: { all?: boolean }) => {
      if ((id === undefined) !== all) clear.error("say which: `fault clear ID` or `fault clear --all`");
      if (id !== undefined) {
        await ask("DELETE", `/faults/${encodeURIComponent(id)}`);
        say(`${id} is cleared`);
        return;
      }
      const { cleared } = z.object({ cleared: z.number() }).parse(await ask("DELETE", "/faults"));
      say(cleared === 0 ? "there are no faults" : `cleared: ${cleared}`);
    });

  fault
    .command("kinds")
    .description("what can go wrong, with an example of each")
    .action(() => {
      say(kindsText());
    });
}

/** A command for each kind, with the options that the kind itself describes. */
function registerAdd(fault: Command): void {
  const add = fault
    .command("add")
    .description("set up a fault; it is in memory alone, a restart of the sandbox forgets it");
  for (const kind of kinds) {
    const command = add
      .command(kind.name)
      .description(kind.about)
      .option("--json", "for programs: print the fault, with its id")
      .addHelpText("after", `\nExample:\n  deploy4me sandbox fault add ${kind.example}`);
    for (const [name, schema] of Object.entries(kind.options)) {
      const { type, value, about } = hintOf(schema);
      const flags = type === "secret" ? `--${dashed(name)}-file` : `--${dashed(name)}`;
      command.option(value === undefined ? flags : `${flags} <${value}>`, about);
    }
    command.action(async ({ json, ...given }: { json?: true } & Record<string, unknown>) => {
      const answer = await ask("POST", "/faults", { kind: kind.name, ...definition(kind, given) });
      const { fault: added } = z.object({ fault: faultSchema }).parse(answer);
      say(
        json === undefined ? `${added.id}: ${concern(added)}, ${strikes(added)}` : JSON.stringify(added, undefined, 2),
      );
    });
  }
}

/** What the command line gave, by the names and in the types of the kind. What is no number is left for it to refuse. */
export function definition({ options }: Pick<Kind, "options">, given: Readonly<Record<string, unknown>>): object {
  const entries = Object.entries(options).map(([name, schema]) => {
    const { type } = hintOf(schema);
    const value = given[type === "secret" ? `${name}File` : name];
    if (typeof value !== "string") return [name, value] as const;
    if (type === "secret") return [name, readFileSync(value, "utf8").trim()] as const;
    return [name, type === "number" && /^[\d.]+$/.test(value) ? Number(value) : value] as const;
  });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

function hintOf(schema: unknown): NonNullable<ReturnType<typeof optionHints.get>> {
  const hint = schema instanceof z.ZodType ? optionHints.get(schema) : undefined;
  if (hint === undefined) throw new Error("an option of a fault has no hint for the command line");
  return hint;
}

const faultSchema = z.looseObject({
  id: z.string(),
  kind: z.string(),
  matched: z.number(),
  struck: z.number(),
  spent: z.boolean(),
  skip: z.number(),
  count: z.union([z.number(), z.literal("unlimited")]),
  probability: z.number().optional(),
  seed: z.number().optional(),
  route: z.string().optional(),
  token: z.string().optional(),
  droplet: z.string().optional(),
});

type Fault = z.infer<typeof faultSchema>;

function listText(faults: readonly Fault[]): string {
  if (faults.length === 0) return "there are no faults";
  const rows = faults.map((fault) => [
    fault.id,
    concern(fault),
    particulars(fault),
    strikes(fault),
    `${fault.matched} matched`,
    `${fault.struck} struck${fault.spent ? ", spent" : ""}`,
  ]);
  return table(rows).join("\n");
}

/** What it is for. */
function concern({ route, token, droplet }: Fault): string {
  const what = route === undefined ? `droplets ${droplet ?? "*"}` : route === "*" ? "all requests" : route;
  return `${what}${token === undefined ? "" : ` of token ${token}`}`;
}

const common = ["id", "kind", "matched", "struck", "spent", "skip", "count", "probability", "seed", "route", "token"];

/** The options of its own kind. */
function particulars(fault: Fault): string {
  const own = Object.entries(fault).filter(
    ([name]) => !common.includes(name) && !(name === "droplet" && !("route" in fault)),
  );
  return own.flatMap(([name, value]) => (value === false ? [] : [`${dashed(name)}=${String(value)}`])).join(" ");
}

function strikes({ skip, count, probability, seed }: Fault): string {
  const often = count === "unlimited" ? "until cleared" : count === 1 ? "once" : `${count} times`;
  const after = skip === 0 ? "" : ` after ${skip}`;
  return `${often}${after}${probability === undefined ? "" : ` with p=${probability} (seed ${seed ?? 0})`}`;
}

function kindsText(): string {
  return kinds
    .map(({ name, about, example }) => `${name.padEnd(16)}${about}\n${" ".repeat(16)}fault add ${example}`)
    .join("\n");
}

function dashed(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function ask(method: "GET" | "POST" | "DELETE", path: string, body?: object): Promise<unknown> {
  return admin(home().sandbox, method, path, body);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

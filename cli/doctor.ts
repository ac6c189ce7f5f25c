import type { Command } from "commander";

import { connections } from "./diagnosis/connections";
import { type Area, type Finding, orFinding } from "./diagnosis/finding";
import { drifts, limits, writes } from "./diagnosis/guard";
import { engine, node, sandbox } from "./diagnosis/machine";
import { type Home, home } from "./home";

/** `deploy4me doctor`: whether everything is as it should be, and what to do where it is not. */
export function registerDoctor(program: Command): void {
  program
    .command("doctor")
    .description(
      "look at set-up, connections, limits and what the guard has seen; exit code 1 when a person has to do something",
    )
    .option("--json", "for programs")
    .action(async ({ json = false }: { json?: boolean }) => {
      const findings = await diagnose(home());
      process.stdout.write(`${json ? JSON.stringify({ findings }, undefined, 2) : report(findings)}\n`);
      process.exitCode = findings.some(({ state }) => state === "attention") ? 1 : 0;
    });
}

/** Looks at everything; what can't be looked at is a finding too. */
export async function diagnose(where: Home): Promise<readonly Finding[]> {
  const parts = [
    orFinding("machine", "Node.js", () => node(where)),
    orFinding("engine", "Pulumi", () => engine(where)),
    orFinding("sandbox", "sandbox", () => sandbox(where)),
    orFinding("connections", "vault", () => connections(where)),
    orFinding("limits", "guard.db", () => limits(where)),
    orFinding("api", "guard.db", () => drifts(where)),
    orFinding("writes", "guard.db", () => writes(where)),
  ];
  return (await Promise.all(parts)).flat();
}

const titles: Readonly<Record<Area, string>> = {
  machine: "This machine",
  engine: "Engine",
  sandbox: "Sandbox",
  connections: "Connections",
  limits: "Requests left",
  api: "DigitalOcean's API",
  writes: "What commands have left open",
};

const marks: Readonly<Record<Finding["state"], string>> = { ok: "ok", note: "note", attention: "!" };

export function report(findings: readonly Finding[]): string {
  const areas = [...new Set(findings.map(({ area }) => area))];
  const parts = areas.map((area) => {
    const own = findings.filter((finding) => finding.area === area);
    const width = Math.max(...own.map(({ subject }) => subject.length));
    const lines = own.map(
      ({ state, subject, sentence }) =>
        `  ${marks[state].padEnd(4)}  ${shown(subject).padEnd(width)}  ${shown(sentence)}`,
    );
    return [titles[area], ...lines].join("\n");
  });
  const count = findings.filter(({ state }) => state === "attention").length;
  const last =
    count === 0
      ? "Nothing needs a person."
      : `${count === 1 ? "One thing needs" : `${count} things need`} a person: see the lines with «!».`;
  return [...parts, last].join("\n\n");
}

/** Names and what APIs say come from elsewhere: they move no cursor and begin no line. */
function shown(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ");
}

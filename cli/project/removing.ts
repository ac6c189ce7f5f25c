import type { Command } from "commander";

import { home } from "../home";
import { act, type Acting, type Outcome } from "./acting";
import { canAsk, confirmByName } from "./confirmation";
import { ConfirmationNeeded, FileOrStack } from "./errors";
import { projectCommand, withAccess, withJson, withStack } from "./options";
import { ProtectedFromRemoval } from "../../driver/errors";
import { type Program, projectProgram } from "../../driver/program";
import type { ProjectRequest } from "../../driver/request";
import { parseState, type StateResource } from "../../driver/state/state";
import { stackId } from "../../driver/stack-id";
import { nameOfUrn } from "../../driver/events/translation";
import { whenever } from "./request-file";
import { resultOf } from "./results";
import { type AccessOptions, given, type Session, withKept, withSession } from "./session";
import { counted, kindOf, nameOf } from "./words";

interface DestroyOptions extends AccessOptions {
  readonly json?: true;
  readonly yes?: true;
  readonly remove?: true;
  readonly stack?: string;
}

type Destroying = Pick<Session, "driver" | "request">;

/** `deploy4me destroy`. */
export function registerDestroy(program: Command, of?: Program<ProjectRequest>): void {
  withJson(withAccess(withStack(projectCommand(program, "destroy"))))
    .description("remove everything that the project has in the cloud; asks for the project's name first")
    .option("--yes", "remove it without asking")
    .option("--remove", "forget the project's history as well; the backups of its state stay")
    .action((file: string | undefined, options: DestroyOptions) =>
      act("destroy", options, async (acting) => {
        const asks = options.yes !== true;
        if (asks && (acting.report.json || !canAsk())) throw new ConfirmationNeeded("destroy", "--yes");
        const { stack } = options;
        if (stack !== undefined && file !== undefined) throw new FileOrStack();
        const common = { ...options, ...acting, ...given(of) };
        const body = async (session: Destroying): Promise<Outcome> => {
          if (asks) await ask(session, acting);
          return destroy(session, acting, options);
        };
        return stack === undefined
          ? withSession(home(), { ...common, file, parse: whenever }, body)
          : withKept(home(), stack, common, body);
      }),
    );
}

async function ask({ driver, request }: Destroying, { report, follow, signal }: Acting): Promise<void> {
  const { project } = request;
  const id = stackId("deploy4me", project);
  // Before anybody types anything.
  if (projectProgram.isProtected?.(request) === true) throw new ProtectedFromRemoval(id);
  const state = parseState(id, await follow(driver.export(project, { signal })));
  report.say(inventoryLines(project, state.resources));
  await confirmByName(`What is on its machines is lost. Type the project's name to remove it:`, project);
}

/** What there is in the cloud, by its kind: machines and zones by their names. */
function inventoryLines(project: string, resources: readonly StateResource[]): string[] {
  const byKind = new Map<string, string[]>();
  for (const { urn, type, custom } of resources) {
    if (custom !== true || !/^(?:digitalocean|aws):/.test(type)) continue;
    const name = nameOf({ urn, type, name: nameOfUrn(urn).name }).slice(kindOf(type).length + 1) || "the project's";
    byKind.set(type, [...(byKind.get(type) ?? []), name]);
  }
  const kinds = [...byKind].sort(([a], [b]) => Number(isShown.test(b)) - Number(isShown.test(a)));
  const lines = kinds.map(([type, names]) => {
    const shown = isShown.test(type) ? `: ${names.join(", ")}` : "";
    return `  - ${counted(names.length, kindOf(type))}${shown}`;
  });
  return lines.length === 0 ? [`${project} has nothing in the cloud.`] : [`This removes all of ${project}:`, ...lines];
}

const isShown = /:(?:Droplet|Domain|Instance|Zone)$/;

async function destroy({ driver, request }: Destroying, acting: Acting, options: DestroyOptions): Promise<Outcome> {
  const { project } = request;
  const operation = driver.destroy(request, { remove: options.remove === true, signal: acting.signal });
  const result = await acting.follow(operation);
  const last =
    result.remaining === 0
      ? `${project} is gone. The backups of its state stay: deploy4me state backups --stack ${project}`
      : `${counted(result.remaining, "resource")} of ${project} are left: run it again.`;
  return { result: resultOf.destroy(project, result), lines: ["", last] };
}

import type { Command } from "commander";

import { projectProgram } from "../../driver/program";
import { stackId } from "../../driver/stack-id";
import { home } from "../home";
import { act } from "./acting";
import { OutOfReach } from "./errors";
import { projectCommand, withJson, withStack } from "./options";
import { withDriver } from "./session";

/** `deploy4me cancel`. */
export function registerCancel(program: Command): void {
  withJson(withStack(projectCommand(program, "cancel")))
    .description("stop what another command does with the project at this moment, in good order")
    .action((file: string | undefined, options: { readonly json?: true; readonly stack?: string }) =>
      act("cancel", options, () =>
        withDriver(home(), file, options, async (driver, stack, { leases }) => {
          const told = await driver.cancel(stack);
          const holder = told ? undefined : await leases.holder(stackId(projectProgram.project ?? "deploy4me", stack));
          if (holder !== undefined) throw new OutOfReach(stack, holder.kind, holder.owner);
          const line = told
            ? `${stack}: what is under way was told to stop; it ends after the steps in flight.`
            : `${stack}: nothing is under way.`;
          return { result: { stack, cancelled: told }, lines: [line] };
        }),
      ),
    );
}

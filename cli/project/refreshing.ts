import type { Command } from "commander";

import type { Program } from "../../driver/program";
import type { ProjectRequest } from "../../driver/request";
import { home } from "../home";
import { act } from "./acting";
import { fileWords, projectCommand, withAccess, withJson } from "./options";
import { paintFor } from "./paint";
import { driftLines } from "./plan";
import { whenever } from "./request-file";
import { resultOf } from "./results";
import { type AccessOptions, given, withSession } from "./session";

interface RefreshOptions extends AccessOptions {
  readonly json?: true;
  readonly details?: true;
}

/** `deploy4me refresh`. */
export function registerRefresh(program: Command, of?: Program<ProjectRequest>): void {
  withJson(withAccess(projectCommand(program, "refresh").argument("[file]", fileWords)))
    .description("look what was changed outside, and write it into the state: the next `up` mends it")
    .option("--details", "show every property that differs")
    .action((file: string | undefined, options: RefreshOptions) =>
      act("refresh", options, ({ report, signal, follow }) =>
        withSession(home(), { ...options, report, signal, ...given(of), file, parse: whenever }, async (session) => {
          const { driver, request } = session;
          const result = await follow(driver.refresh(request, { signal }));
          const paint = paintFor(process.stdout);
          const lines = result.unchanged
            ? ["", "Nothing was changed outside."]
            : ["", ...driftLines(result.drift, { paint, details: options.details === true })];
          if (!result.unchanged) lines.push(`To mend it: deploy4me up ${session.file}`);
          return { result: resultOf.refresh(request.project, result), lines };
        }),
      ),
    );
}

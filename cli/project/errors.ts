import type { Quota } from "../../connections/verdict";

/** No file is named, and none of the usual names lies in this folder or above it. */
export class RequestNotFound extends Error {
  override readonly name = "RequestNotFound";
  readonly code = "REQUEST_NOT_FOUND";

  constructor(
    readonly directory: string,
    readonly names: readonly string[],
  ) {
    super(
      `there is no ${names.join(" or ")} in ${directory} or in a folder above it: name the project's file, or write one ` +
        "(docs/project-request.md; `deploy4me schema` helps an editor with it).",
    );
  }
}

/** Several files of the usual names lie in one folder. */
export class SeveralRequests extends Error {
  override readonly name = "SeveralRequests";
  readonly code = "SEVERAL_REQUESTS";

  constructor(readonly files: readonly string[]) {
    super(`there are several project files (${files.join(", ")}): name the one that is meant.`);
  }
}

/** A file and a stack are named, and they need not be the same project. */
export class FileOrStack extends Error {
  override readonly name = "FileOrStack";
  readonly code = "FILE_OR_STACK";

  constructor() {
    super("name the project's file or its --stack, not both.");
  }
}

/** Nobody can be asked, and it is not said that it may be done. */
export class ConfirmationNeeded extends Error {
  override readonly name = "ConfirmationNeeded";
  readonly code = "CONFIRMATION_NEEDED";

  constructor(
    readonly command: string,
    ways: string,
  ) {
    super(`${command} asks before it changes anything, and there is no terminal to ask at: add ${ways}.`);
  }
}

/** Somebody was asked and did not say yes. */
export class Declined extends Error {
  override readonly name = "Declined";
  readonly code = "DECLINED";

  constructor() {
    super("nothing was changed.");
  }
}

/** There was to be nothing to do, and there is. */
export class ChangesFound extends Error {
  override readonly name = "ChangesFound";
  readonly code = "CHANGES_FOUND";

  constructor(readonly deployed: string) {
    super(`no changes were expected for ${deployed}, and there are some: see above.`);
  }
}

/** An operation is under way where this command can't reach it. */
export class OutOfReach extends Error {
  override readonly name = "OutOfReach";
  readonly code = "OUT_OF_REACH";

  constructor(
    readonly deployed: string,
    kind: string,
    { pid, hostname }: { readonly pid: number; readonly hostname: string },
  ) {
    super(
      `${kind} of ${deployed} belongs to process ${pid} on ${hostname} and can't be told from here, or has only just begun: ` +
        "try again, or cancel it there.",
    );
  }
}

/** The project has no output of this name. */
export class NoSuchOutput extends Error {
  override readonly name = "NoSuchOutput";
  readonly code = "NO_SUCH_OUTPUT";

  constructor(
    readonly deployed: string,
    readonly output: string,
    readonly others: readonly string[],
  ) {
    const instead = others.length === 0 ? "it has none: nothing is deployed" : `it has ${others.join(", ")}`;
    super(`${deployed} has no output «${output}»: ${instead}.`);
  }
}

/** A file can't be taken for an exported state. */
export class UnreadableExport extends Error {
  override readonly name = "UnreadableExport";
  readonly code = "UNREADABLE_EXPORT";

  constructor(
    readonly file: string,
    why: string,
  ) {
    super(`${file} can't be read as a state: ${why}. Name a file that \`deploy4me state export\` wrote.`);
  }
}

/** The token itself is to be handed over, and AWS has none that would last. */
export class DirectNotOnAws extends Error {
  override readonly name = "DirectNotOnAws";
  readonly code = "DIRECT_NOT_ON_AWS";

  constructor() {
    super(
      "--direct hands the engine a token of DigitalOcean's; the project's cloud is aws, where the engine asks this command for " +
        "what it signs with, because a session may end before a deployment does: leave --direct out.",
    );
  }
}

/** What state or secrets are reached with would also be what the project is deployed with. */
export class BackendInTheWay extends Error {
  override readonly name = "BackendInTheWay";
  readonly code = "BACKEND_IN_THE_WAY";

  constructor(readonly variables: readonly string[]) {
    super(
      `DEPLOY4ME_BACKEND or DEPLOY4ME_SECRETS_PROVIDER is AWS's and is reached with ${variables.join(", ")} of the environment, and the engine ` +
        "would deploy with these as well, in place of the connection: keep the state in file:///folder or postgres://host/database " +
        "and its secrets by another provider or a passphrase. Nothing was started.",
    );
  }
}

/** A sweep knows what DigitalOcean's accounts have. */
export class SweepNotOnAws extends Error {
  override readonly name = "SweepNotOnAws";
  readonly code = "SWEEP_NOT_ON_AWS";

  constructor(readonly connection: string | undefined) {
    super(
      `sweep looks into accounts at DigitalOcean alone so far, and ${connection === undefined ? "the only connection" : `the connection «${connection}»`} is to AWS. ` +
        "There everything has the tags deploy4me:project and deploy4me:stack: AWS's Tag Editor lists it by these.",
    );
  }
}

/** A project is to be removed by its name, and nobody wrote down what it was deployed for. */
export class NothingKept extends Error {
  override readonly name = "NothingKept";
  readonly code = "NOTHING_KEPT";

  constructor(readonly deployed: string) {
    super(
      `it is not known here what ${deployed} was deployed for: \`up\` never deployed it on this machine, it is gone, or that was by a version ` +
        "that kept no requests. Name its file in place of --stack.",
    );
  }
}

/** What was written down of a request is none that this version takes. */
export class KeptUnusable extends Error {
  override readonly name = "KeptUnusable";
  readonly code = "KEPT_UNUSABLE";

  constructor(
    readonly deployed: string,
    why: string,
  ) {
    super(
      `what was kept of the request of ${deployed} can't be used any more: ${why} Name the project's file in place of --stack.`,
    );
  }
}

/** A quota of the account's leaves no room for the project. */
export class NoRoom extends Error {
  override readonly name = "NoRoom";
  readonly code = "NO_ROOM";

  constructor(
    message: string,
    readonly quota: Quota,
  ) {
    super(`nothing was started. ${message}`);
  }
}

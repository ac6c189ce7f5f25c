/** Something needs root and is not run by root. */
export class NeedsRoot extends Error {
  override readonly name = "NeedsRoot";
  readonly code = "NEEDS_ROOT";

  constructor(what: string) {
    super(`${what} needs root, because it makes network namespaces and machines: run it again with sudo.`);
  }
}

/** A command needs the sandbox, and it does not run. */
export class SandboxNotRunning extends Error {
  override readonly name = "SandboxNotRunning";
  readonly code = "SANDBOX_NOT_RUNNING";

  constructor(readonly directory: string) {
    super(`the sandbox in ${directory} does not run: start it with \`deploy4me sandbox start\`.`);
  }
}

/** The sandbox would not do what it was told. */
export class AdminRefused extends Error {
  override readonly name = "AdminRefused";
  readonly code = "ADMIN_REFUSED";

  constructor(
    /** Of its answer. */
    readonly status: number,
    reason: string,
  ) {
    super(`the sandbox refuses: ${reason}`);
  }
}

/** The daemon was launched and does not answer. */
export class SandboxNotStarted extends Error {
  override readonly name = "SandboxNotStarted";
  readonly code = "SANDBOX_NOT_STARTED";

  constructor(
    readonly log: string,
    why: string,
    lastWords: string,
  ) {
    super(`the sandbox could not be started: ${why}. The end of ${log}:\n${lastWords}`);
  }
}

/** The demo is deployed, and its wiki does not answer. */
export class WikiDoesNotAnswer extends Error {
  override readonly name = "WikiDoesNotAnswer";
  readonly code = "WIKI_DOES_NOT_ANSWER";

  constructor(
    readonly url: string,
    why: string,
  ) {
    super(
      `${url} does not answer from the sandbox's visitor: ${why}. ` +
        "Look at `deploy4me sandbox status`; `deploy4me demo` once more goes on where this ended.",
    );
  }
}

/** There is no `pulumi` in the checkout. */
export class EngineMissing extends Error {
  override readonly name = "EngineMissing";
  readonly code = "ENGINE_MISSING";

  constructor(readonly directory: string) {
    super(`there is no pulumi in ${directory}: run \`make setup\`, or \`make demo\`, which does that first.`);
  }
}

/** A command needs a connection to a cloud, and there is none of that name, or none at all. */
export class NotConnected extends Error {
  override readonly name = "NotConnected";
  readonly code = "NOT_CONNECTED";

  constructor(
    readonly connection: string | undefined,
    /** Those there are to this cloud. */
    readonly others: readonly string[] = [],
    readonly cloud: ConnectedCloud = "digitalocean",
    /** Whether there is one of that name, to another cloud. */
    isElsewhere = false,
  ) {
    const { title, connect } = clouds[cloud];
    const instead = others.length === 0 ? "" : `, but ${others.join(", ")}`;
    super(
      connection === undefined
        ? `there is no connection to ${title} yet. Make one with: ${connect}`
        : isElsewhere
          ? `the connection «${connection}» is not to ${title}${others.length === 0 ? "" : `; those are ${others.join(", ")}`}. ` +
            `Name one that is, or make it with: ${connect} --name NAME`
          : `there is no connection «${connection}» to ${title}${instead}. Make it with: ${connect} --name ${connection}`,
    );
  }
}

/** There are several connections, and the command does not say which. */
export class AmbiguousConnection extends Error {
  override readonly name = "AmbiguousConnection";
  readonly code = "AMBIGUOUS_CONNECTION";

  constructor(
    readonly connections: readonly string[],
    readonly cloud: ConnectedCloud = "digitalocean",
  ) {
    super(
      `there are several connections to ${clouds[cloud].title}: say which one with --connection (${connections.join(", ")}).`,
    );
  }
}

/** What a connection can lead to. */
export type ConnectedCloud = "digitalocean" | "aws";

const clouds: Readonly<Record<ConnectedCloud, { readonly title: string; readonly connect: string }>> = {
  digitalocean: { title: "DigitalOcean", connect: "deploy4me connect digitalocean" },
  aws: { title: "AWS", connect: "deploy4me connect aws --region REGION" },
};

/** A command can't be started. */
export class CommandNotStarted extends Error {
  override readonly name = "CommandNotStarted";
  readonly code = "COMMAND_NOT_STARTED";

  constructor(
    readonly command: string,
    /** As shells have it: 127 when there is none, 126 when it can't be run. */
    readonly exitCode: 126 | 127,
    options: ErrorOptions,
  ) {
    super(
      exitCode === 127
        ? `there is no command «${command}»: see whether it is installed and on the PATH.`
        : `the command «${command}» can't be run: see whether it is a program, and yours to run.`,
      options,
    );
  }
}

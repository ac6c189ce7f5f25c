/** Which machine of the way a problem is at: the proxy that is jumped over, or the machine itself. */
export type Hop = "proxy" | "target";

/** Where a problem is. */
export interface Place {
  /** The machine that was meant. */
  readonly host: string;
  /** The proxy on the way to it. */
  readonly proxy: string | undefined;
  readonly hop: Hop;
}

/** What all problems with a machine have in common. None of them holds a secret. */
export abstract class SshError extends Error {
  abstract readonly code: string;
  readonly host: string;
  readonly hop: Hop;

  constructor(place: Place, problem: string, options?: ErrorOptions) {
    super(`${nameOf(place)} ${problem}`, options);
    this.host = place.host;
    this.hop = place.hop;
  }
}

/** `10.20.0.3 (through 203.0.113.16)`, or the proxy by its part when it is the one with the problem. */
export function nameOf({ host, proxy, hop }: Place): string {
  if (proxy === undefined) return host;
  return hop === "proxy"
    ? `${proxy} (the SSH proxy on the way to ${host})`
    : `${host} (through the SSH proxy ${proxy})`;
}

/** The machine showed another host key than the pinned one. Nothing was sent to it. */
export class HostKeyMismatch extends SshError {
  override readonly name = "HostKeyMismatch";
  readonly code = "HOST_KEY_MISMATCH";

  constructor(
    place: Place,
    readonly expected: string,
    /** Undefined when it offers no key of the pinned type at all. */
    readonly actual: string | undefined,
  ) {
    super(
      place,
      `shows ${actual === undefined ? "no ssh-ed25519 host key" : `the host key ${actual}`}, but ${expected} is pinned. ` +
        "Nothing was sent to it. Either another machine answers at this address, or its host key was changed by hand: " +
        "look at it by the cloud's console before you replace it.",
    );
  }
}

/** No connection, or it broke before a command was sent. */
export class Unreachable extends SshError {
  override readonly name = "Unreachable";
  readonly code = "UNREACHABLE";

  constructor(
    place: Place,
    readonly reason: string,
    cause?: unknown,
  ) {
    super(
      place,
      `can't be reached by SSH: ${reason}. See that the machine runs, and that its firewalls admit port 22 from where you are.`,
      { cause },
    );
  }
}

/** The machine is the right one but does not accept the key. */
export class AuthenticationFailed extends SshError {
  override readonly name = "AuthenticationFailed";
  readonly code = "AUTHENTICATION_FAILED";

  constructor(
    place: Place,
    readonly user: string,
  ) {
    super(
      place,
      `does not accept the deployment's SSH key for the user ${user}. See that the key stands in this user's authorized_keys.`,
    );
  }
}

/** The connection was lost while a command ran: whether it got to its end is not known. */
export class ConnectionLost extends SshError {
  override readonly name = "ConnectionLost";
  readonly code = "CONNECTION_LOST";

  constructor(place: Place, reason: string, cause?: unknown) {
    super(
      place,
      `broke off while a command ran: ${reason}. Whether the command got to its end is not known; it can safely be run again.`,
      { cause },
    );
  }
}

/** A command took longer than it may; it was ended on the machine. */
export class Timeout extends SshError {
  override readonly name = "Timeout";
  readonly code = "TIMEOUT";

  constructor(
    place: Place,
    /** What was done, such as `installing packages`. */
    readonly action: string,
    readonly timeoutMs: number,
  ) {
    super(place, `was still ${action} after ${Math.round(timeoutMs / 1000)} s, and the command was ended.`);
  }
}

/** A command wrote more than can be kept. */
export class OutputTooLarge extends SshError {
  override readonly name = "OutputTooLarge";
  readonly code = "OUTPUT_TOO_LARGE";

  constructor(place: Place, limit: number) {
    super(place, `answered a command with more than ${limit} bytes, and it was ended.`);
  }
}

/** A command ran and failed. */
export class CommandFailed extends SshError {
  override readonly name = "CommandFailed";
  readonly code = "COMMAND_FAILED";

  constructor(
    place: Place,
    /** What was done, such as `installing packages`. */
    readonly action: string,
    readonly exitCode: number,
    /** The end of what the command wrote, free of secrets. */
    readonly output: string,
  ) {
    const excerpt = output === "" ? "It wrote nothing." : `The end of what it wrote:\n${output}`;
    super(place, `failed at ${action} (exit code ${exitCode}). ${excerpt}`);
  }
}

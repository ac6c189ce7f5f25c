import { nameOf, type Place, SshError } from "../errors";

/** The software was installed, but it is not as its definition says: what is wrong, and what its services said last. */
export class SoftwareUnhealthy extends SshError {
  override readonly name = "SoftwareUnhealthy";
  readonly code = "SOFTWARE_UNHEALTHY";

  constructor(
    place: Place,
    readonly software: string,
    readonly problems: readonly string[],
    /** Free of secrets. */
    readonly log: string,
  ) {
    const said = log === "" ? "Its services said nothing." : `The last its services said:\n${log}`;
    super(
      place,
      `has ${software} installed, but it does not work: ${problems.join("; ")}. ` +
        `Look at ${nameOf(place)} by ssh, or correct the parameters and deploy again. ${said}`,
    );
  }
}

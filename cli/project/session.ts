import { Driver } from "../../driver/driver";
import type { DriverOptions } from "../../driver/options";
import { type Program, projectProgram } from "../../driver/program";
import { type Offers, type ParseOptions, type ProjectRequest, shippedOffers } from "../../driver/request";
import { type OpenConnection, openDigitalOcean } from "../connection";
import { NotConnected } from "../errors";
import { driverDirectory, type Home } from "../home";
import { CloudNotYet } from "./errors";
import { directAccess, GuardedAccess, noAccess } from "./credentials";
import { offersOf } from "./offers";
import { type Places, placesIn } from "./places";
import type { Report } from "./report";
import { findRequest, readProject, stackFor } from "./request-file";

/**
 * From a request to stop until everything is killed, in milliseconds: a droplet takes up to 70 s, and one that is seen to
 * its end need not be looked for. Who is in a hurry says so a second time.
 */
const graceMs = 90_000;

export interface AccessOptions {
  /** As whom; may be left out where there is but one. */
  readonly connection?: string;
  /** Whether the token itself goes into the stack, in place of a guard's ticket. */
  readonly direct?: true;
}

/** A project's request, and a driver that can bring it about. */
export interface Session {
  /** As it was named or found. */
  readonly file: string;
  readonly request: ProjectRequest;
  readonly offers: Offers;
  readonly driver: Driver<ProjectRequest>;
}

export interface SessionOptions extends AccessOptions {
  readonly file: string | undefined;
  readonly parse?: ParseOptions;
  /** Default: our own. */
  readonly program?: Program<ProjectRequest>;
  readonly report: Pick<Report, "warn">;
  readonly signal: AbortSignal;
}

/**
 * Reads a project's request and does something with it. Mistakes in it come before everything else, a missing connection
 * included.
 * @throws what is wrong with the file, NotConnected, AmbiguousConnection, EngineMissing, InvalidBackend
 */
export async function withSession<Result>(
  home: Home,
  { file: named, parse, program, report, signal, ...access }: SessionOptions,
  body: (session: Session) => Promise<Result>,
): Promise<Result> {
  const file = findRequest(named, process.cwd());
  return withConnection(home, access.connection, async (connection) => {
    const offers = connection instanceof Error ? shippedOffers : await offersOf(connection, report, signal);
    const request = await readProject(file, { ...parse, offers });
    if (request.cloud !== "digitalocean") throw new CloudNotYet(request.cloud);
    return deploying(home, { ...access, ...given(program) }, connection, (driver) =>
      body({ file, request, offers, driver }),
    );
  });
}

/**
 * A driver that can do things in an account, for what is no single project's.
 * @throws NotConnected, AmbiguousConnection, EngineMissing, InvalidBackend
 */
export async function withAccount<Result>(
  home: Home,
  access: AccessOptions,
  body: (driver: Driver<ProjectRequest>) => Promise<Result>,
): Promise<Result> {
  return withConnection(home, access.connection, (connection) => deploying(home, access, connection, body));
}

async function deploying<Result>(
  home: Home,
  { direct, program }: AccessOptions & Pick<SessionOptions, "program">,
  connection: OpenConnection | NotConnected,
  body: (driver: Driver<ProjectRequest>) => Promise<Result>,
): Promise<Result> {
  if (connection instanceof Error) throw connection;
  const places = placesIn(driverDirectory(home), process.env);
  const guarded = new GuardedAccess(home, connection, places.leases);
  const credentials = direct === true ? directAccess(connection) : guarded;
  const driver = driverWith({ ...places, credentials, ...given(program) });
  try {
    return await body(driver);
  } finally {
    await driver.close();
    await guarded.close();
  }
}

/** What a request would cost needs no connection: prices are then those that came with the product. */
export async function withOffers<Result>(
  home: Home,
  { connection: wanted, report, signal }: Pick<SessionOptions, "connection" | "report" | "signal">,
  body: (offers: Offers) => Promise<Result>,
): Promise<Result> {
  return withConnection(home, wanted, async (connection) =>
    body(connection instanceof Error ? shippedOffers : await offersOf(connection, report, signal)),
  );
}

/**
 * A driver for a stack that is there already: nobody is asked for credentials.
 * @throws what is wrong with the file
 */
export async function withDriver<Result>(
  home: Home,
  file: string | undefined,
  { stack: named }: { readonly stack?: string },
  body: (driver: Driver<ProjectRequest>, stack: string, places: Places) => Promise<Result>,
): Promise<Result> {
  const stack = await stackFor(file, named);
  const places = placesIn(driverDirectory(home), process.env);
  const driver = driverWith({ ...places, credentials: noAccess });
  try {
    return await body(driver, stack, places);
  } finally {
    await driver.close();
  }
}

function driverWith(
  options: Omit<DriverOptions<ProjectRequest>, "program" | "times"> & Pick<SessionOptions, "program">,
): Driver<ProjectRequest> {
  return new Driver({ program: projectProgram, ...options, times: { graceMs } });
}

/** Without any connection the body is given the reason: there may be more to say first. */
async function withConnection<Result>(
  home: Home,
  wanted: string | undefined,
  body: (connection: OpenConnection | NotConnected) => Promise<Result>,
): Promise<Result> {
  const connection = await openDigitalOcean(home, wanted).catch((error: unknown) => {
    if (error instanceof NotConnected) return error;
    throw error;
  });
  if (connection instanceof Error) return body(connection);
  try {
    return await body(connection);
  } finally {
    await connection.close();
  }
}

/** A program in place of our own. */
export function given(program: Program<ProjectRequest> | undefined): Pick<SessionOptions, "program"> {
  return program === undefined ? {} : { program };
}

import { Driver } from "../../driver/driver";
import type { DriverOptions } from "../../driver/options";
import { type Program, projectProgram } from "../../driver/program";
import { type Offers, type ParseOptions, type ProjectRequest, shippedOffers } from "../../driver/request";
import type { NotConnected } from "../errors";
import { driverDirectory, type Home } from "../home";
import { type Access, type Account, Accounts, type AccessSettings, accessTo } from "./accounts";
import { noAccess } from "./credentials";
import { NothingKept, SweepNotOnAws } from "./errors";
import { checkPlacesOnAws, type Places, placesIn } from "./places";
import type { Report } from "./report";
import { findRequest, keptRequest, readProject, stackFor, whenever } from "./request-file";

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
  readonly account: Account;
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
 * @throws what is wrong with the file, NotConnected, AmbiguousConnection, DirectNotOnAws, EngineMissing, InvalidBackend,
 * BackendInTheWay
 */
export async function withSession<Result>(
  home: Home,
  { file: named, parse, program, report, signal, ...access }: SessionOptions,
  body: (session: Session) => Promise<Result>,
): Promise<Result> {
  const file = findRequest(named, process.cwd());
  return withAccounts(home, access.connection, async (accounts) => {
    const { request, offers } = await priced(file, { accounts, report, signal, ...parse });
    const account = await accounts.on(request.cloud);
    if (account instanceof Error) throw account;
    return deploying(home, { ...access, ...given(program), region: request.region }, account, (driver) =>
      body({ file, request, offers, account, driver }),
    );
  });
}

export type KeptSessionOptions = Omit<SessionOptions, "file" | "parse">;

/**
 * The same by the request that was kept when the project was last deployed.
 * @throws NothingKept, KeptUnusable, and as withSession
 */
export async function withKept<Result>(
  home: Home,
  project: string,
  { program, report, signal, ...access }: KeptSessionOptions,
  body: (session: Pick<Session, "request" | "driver">) => Promise<Result>,
): Promise<Result> {
  const kept = await withAnyDriver(home, (driver) => driver.kept(project));
  if (kept === undefined) throw new NothingKept(project);
  return withAccounts(home, access.connection, async (accounts) => {
    const request = await keptRequest(project, kept, (cloud) => accounts.offers(cloud, report, signal));
    const account = await accounts.on(request.cloud);
    return deploying(home, { ...access, ...given(program), region: request.region }, account, (driver) =>
      body({ request, driver }),
    );
  });
}

/**
 * A driver that can do things in an account, for what is no single project's.
 * @throws NotConnected, SweepNotOnAws, AmbiguousConnection, EngineMissing, InvalidBackend
 */
export async function withAccount<Result>(
  home: Home,
  access: AccessOptions,
  body: (driver: Driver<ProjectRequest>) => Promise<Result>,
): Promise<Result> {
  return withAccounts(home, access.connection, async (accounts) => {
    const account = await accounts.on("digitalocean");
    if (account instanceof Error && !((await accounts.on("aws")) instanceof Error))
      throw new SweepNotOnAws(access.connection);
    // DigitalOcean has its region in each thing.
    return deploying(home, { ...access, region: "" }, account, body);
  });
}

async function deploying<Result>(
  home: Home,
  { direct, program, region }: AccessOptions & Pick<SessionOptions, "program"> & Pick<AccessSettings, "region">,
  account: Account | NotConnected,
  body: (driver: Driver<ProjectRequest>) => Promise<Result>,
): Promise<Result> {
  if (account instanceof Error) throw account;
  const places = placesIn(driverDirectory(home), process.env);
  if (account.cloud === "aws") checkPlacesOnAws(places);
  const access: Access = accessTo(home, account, { leases: places.leases, direct: direct === true, region });
  const { credentials } = access;
  const driver = driverWith({ ...places, credentials, ...given(program) });
  try {
    return await body(driver);
  } finally {
    await driver.close();
    await access.close();
  }
}

/**
 * A project's request, and what its cloud offers: it needs no connection. Prices are then those that came with the product.
 * @throws what is wrong with the file, AmbiguousConnection
 */
export async function readPriced(
  home: Home,
  { file, connection, report, signal }: Pick<SessionOptions, "file" | "connection" | "report" | "signal">,
): Promise<Pick<Session, "request" | "offers">> {
  const found = findRequest(file, process.cwd());
  return withAccounts(home, connection, (accounts) => priced(found, { accounts, report, signal, ...whenever }));
}

interface PricedOptions extends Pick<SessionOptions, "report" | "signal">, ParseOptions {
  readonly accounts: Accounts;
}

async function priced(
  file: string,
  { accounts, report, signal, ...parse }: PricedOptions,
): Promise<Pick<Session, "request" | "offers">> {
  let offers: Offers = shippedOffers;
  const request = await readProject(file, {
    ...parse,
    offers: async (cloud) => (offers = await accounts.offers(cloud, report, signal)),
  });
  return { request, offers };
}

async function withAccounts<Result>(
  home: Home,
  wanted: string | undefined,
  body: (accounts: Accounts) => Promise<Result>,
): Promise<Result> {
  const accounts = new Accounts(home, wanted);
  try {
    return await body(accounts);
  } finally {
    await accounts.close();
  }
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
  return withAnyDriver(home, (driver, places) => body(driver, stack, places));
}

/** The same for what is no single stack's. */
export async function withAnyDriver<Result>(
  home: Home,
  body: (driver: Driver<ProjectRequest>, places: Places) => Promise<Result>,
): Promise<Result> {
  const places = placesIn(driverDirectory(home), process.env);
  const driver = driverWith({ ...places, credentials: noAccess });
  try {
    return await body(driver, places);
  } finally {
    await driver.close();
  }
}

function driverWith(
  options: Omit<DriverOptions<ProjectRequest>, "program" | "times"> & Pick<SessionOptions, "program">,
): Driver<ProjectRequest> {
  return new Driver({ program: projectProgram, ...options, times: { graceMs } });
}

/** A program in place of our own. */
export function given(program: Program<ProjectRequest> | undefined): Pick<SessionOptions, "program"> {
  return program === undefined ? {} : { program };
}

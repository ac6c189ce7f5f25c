import { type Catalogue, loadCatalogue } from "../../catalogue/loader";
import {
  defaultNetworkRange,
  defaultOwner,
  findMissing,
  findMistakes,
  hidden,
  inDots,
  inWords,
  machinesOf,
  type Path,
  type Problem,
  Problems,
} from "../../programs/check";
import { places, regionOn } from "../../programs/on-every-cloud";
import { findFormProblems } from "../../programs/structure";
import { deploymentOf, pathInRequest, tlsOf, wordsInRequest } from "./deployment";
import { InvalidRequest, type RequestProblem } from "./errors";
import { addWhatIsNotYet } from "./not-yet";
import { availableOf, type Offers } from "./offers";
import { copyPlain, requestLimits } from "./plain";
import { repair } from "./repair";
import { offersFor } from "./shipped-offers";
import { type Cloud, projectName, type ProjectRequest, type ProjectRequestSource, requestSchema } from "./schema";
import { expectedOfTimeToLive } from "./time-to-live";

export interface ParseOptions {
  /** The software that can be asked for. Default: the product's own catalogue. */
  readonly catalogue?: Catalogue;
  /**
   * The regions and sizes there are, of one cloud or several. Default, and for every cloud that is not among them: what came
   * with the product. A cloud's own list (`offersFrom`) also knows newer ones, and which region has which size.
   */
  readonly offers?: Offers | readonly Offers[];
  /** The moment from which the time to live is judged. Default: now. Of a request that is kept: when it was accepted. */
  readonly asOf?: Date;
}

/** What became of a request that was looked at. */
export type CheckedRequest =
  | { readonly request: ProjectRequest; readonly problems: readonly [] }
  | { readonly problems: readonly [RequestProblem, ...RequestProblem[]] };

/**
 * Makes a request of whatever somebody wrote.
 * @throws InvalidRequest with everything that is wrong with it, and nothing else
 * @example
 * const request = parseRequest({
 *   project: "office",
 *   cloud: "digitalocean",
 *   region: "fra1",
 *   domain: "example.com",
 *   access: { admins: ["203.0.113.7/32"] },
 *   software: [{ name: "wiki", software: "dokuwiki" }],
 * });
 */
export function parseRequest(input: unknown, options: ParseOptions = {}): ProjectRequest {
  const checked = checkRequest(input, options);
  if (!("request" in checked)) throw new InvalidRequest(checked.problems);
  return checked.request;
}

/** As `parseRequest`, for whoever shows problems beside a form. Throws nothing. */
export function checkRequest(input: unknown, options: ParseOptions = {}): CheckedRequest {
  const { catalogue = loadCatalogue(), offers = [], asOf = new Date() } = options;
  const context: Context = { catalogue, offersOf: (cloud) => offersFor(cloud, offers), asOf };
  const { copy, problems } = copyPlain(input);
  if (problems.all.length === 0) problems.all.push(...findAll(copy, context));
  const [first, ...others] = problems.all.slice(0, requestLimits.problems).map(shown);
  if (first !== undefined) return { problems: [first, ...others] };
  return { request: filledIn(requestSchema.parse(copy), context), problems: [] };
}

type Context = Required<Omit<ParseOptions, "offers">> & { readonly offersOf: (cloud: Cloud) => Offers };

function findAll(copy: unknown, context: Context): readonly Problem[] {
  const ofForm = findFormProblems(requestSchema, copy);
  if (ofForm.length === 0) return findInMeaning(requestSchema.parse(copy), context);
  const [region = "none"] = Object.keys(places);
  const [software = "none"] = context.catalogue.keys();
  const { request, isOwn } = repair(copy, ofForm, { region, software });
  const again = requestSchema.safeParse(request);
  return again.success ? [...ofForm, ...findInMeaning(again.data, context).filter(isOwn)] : ofForm;
}

function findInMeaning(request: ProjectRequestSource, { catalogue, offersOf, asOf }: Context): readonly Problem[] {
  const problems = new Problems();
  const { project, cloud, timeToLive } = request;
  if (!projectName.test(project)) {
    const expected =
      "has to be up to 40 lower-case letters, digits and hyphens, beginning with a letter and not ending with a hyphen";
    problems.add(["project"], project, expected);
  }
  addWhatIsNotYet(problems, request);
  addWhatIsOthers(problems, request);
  const tooMuch = findTooMuch(request);
  problems.all.push(...tooMuch);
  if (tooMuch.length === 0) {
    const offers = offersOf(cloud);
    const deployment = deploymentOf(request, { catalogue });
    const missing = findMissing(deployment, availableOf(offers)).map((problem) => ofOffers(problem, offers));
    // A region whose very form is wrong is not wrong twice, and the list of regions says more.
    const said = new Set(missing.map(({ path }) => inDots(path)));
    const mistakes = findMistakes(deployment).map(inRequest);
    problems.all.push(...mistakes.filter(({ path }) => !said.has(inDots(path))), ...missing);
  }
  const expected = timeToLive === undefined ? undefined : expectedOfTimeToLive(timeToLive, asOf);
  if (expected !== undefined) problems.add(["timeToLive"], timeToLive, expected);
  return problems.all;
}

/** What only another cloud has. */
function addWhatIsOthers(problems: Problems, request: ProjectRequestSource): void {
  for (const key of ["owner", "flowLogs"] as const) {
    if (request.cloud !== "aws" && request[key] !== undefined)
      problems.add([key], request[key], `is for aws alone: leave it out on ${request.cloud}`);
  }
}

/** What could still be read, but not without taking time over it. */
function findTooMuch({ access, software }: Pick<ProjectRequestSource, "access" | "software">): readonly Problem[] {
  const problems = new Problems();
  const most = (path: Path, list: readonly unknown[], limit: number): void => {
    if (list.length > limit)
      problems.add(path, list, `must not have more than ${limit} entries: it has ${list.length}`);
  };
  most(["software"], software, requestLimits.software);
  most(["access", "admins"], access.admins, requestLimits.access);
  most(["access", "keys"], access.keys ?? [], requestLimits.access);
  software.forEach(({ parameters = {} }, index) => {
    for (const [name, value] of Object.entries(parameters)) {
      if (value.length <= requestLimits.parameterLength) continue;
      const expected = `must not be longer than ${requestLimits.parameterLength} characters`;
      problems.add(["software", index, "parameters", name], hidden, expected);
    }
  });
  return problems.all;
}

/** A problem of the deployment in the request's words. */
function inRequest({ path, expected, ...problem }: Problem): Problem {
  return { ...problem, path: pathInRequest(path), expected: wordsInRequest(expected) };
}

/** With the region that was meant by a city's name; and with the list's age, when a newer one may have it. */
function ofOffers({ path, value, expected, suggestion }: Problem, { live, date, regions }: Offers): Problem {
  const isRegion = path[0] === "region";
  const [list = ""] = expected.split(": did you mean ");
  const everywhere = isRegion ? `, or on every cloud ${Object.keys(places).join(", ")}` : "";
  const words = `${live ? list : `${list}, by the list of ${date}`}${everywhere}`;
  const meant = suggestion ?? (isRegion ? regionNamed(value, regions) : undefined);
  if (meant === undefined) return { path, value, expected: words };
  return { path, value, suggestion: meant, expected: `${words}: did you mean ${meant}?` };
}

function regionNamed(value: unknown, regions: Offers["regions"]): string | undefined {
  const city = typeof value === "string" ? value.toLowerCase().replace(/[\s-]*\d*$/, "") : "";
  if (city.length < 3) return undefined;
  return regions.find(({ available, name }) => available && name.toLowerCase().startsWith(city))?.slug;
}

function shown({ path, value, expected, suggestion }: Problem): RequestProblem {
  const visible = value === hidden || value === path.at(-1) ? undefined : inWords(value);
  return {
    path,
    at: inDots(path),
    expected,
    ...(visible === undefined || visible === hidden ? {} : { value: visible }),
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

function filledIn(source: ProjectRequestSource, { catalogue }: Context): ProjectRequest {
  const { project, cloud, region, domain, access, software, tls, owner, flowLogs, timeToLive } = source;
  const [bastion, ...servers] = machinesOf(deploymentOf(source, { catalogue }));
  return {
    project,
    cloud,
    region: regionOn(cloud, region),
    domain,
    access: { admins: access.admins, anywhere: access.anywhere ?? false, keys: access.keys ?? [] },
    software: software.map(({ name, software: wanted, subdomain, parameters }, index) => ({
      name,
      software: wanted,
      size: servers[index]?.size ?? "",
      subdomain: subdomain ?? name,
      parameters: parameters ?? {},
    })),
    tls: tlsOf(tls ?? { issuer: "acme" }),
    networkRange: source.networkRange ?? defaultNetworkRange,
    bastionSize: bastion?.size ?? "",
    ...(cloud === "aws" ? { owner: owner ?? defaultOwner, flowLogs: flowLogs ?? false } : {}),
    ...(timeToLive === undefined ? {} : { timeToLive }),
    protect: source.protect ?? false,
  };
}

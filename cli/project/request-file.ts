import { existsSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";

import {
  type FileOptions,
  InvalidRequest,
  type ParseOptions,
  parseRequestText,
  type ProjectRequest,
  readRequest,
  UnreadableRequest,
} from "../../driver/request";
import { FileOrStack, KeptUnusable, RequestNotFound, SeveralRequests } from "./errors";

/** What a project's file is called when its name is not given. */
export const usualNames = ["deploy4me.yaml", "deploy4me.yml", "deploy4me.json"] as const;

/**
 * Where a project's request is: the file that is named, or else the one of a usual name in a folder or the nearest above it.
 * @returns a path as one types it
 * @throws RequestNotFound, SeveralRequests
 */
export function findRequest(named: string | undefined, directory: string): string {
  if (named !== undefined) return named;
  for (let folder = resolve(directory); ; folder = dirname(folder)) {
    const found = usualNames.map((name) => join(folder, name)).filter((file) => existsSync(file));
    const [first, second] = found.map((file) => relative(directory, file));
    if (first !== undefined && second !== undefined) throw new SeveralRequests([first, second]);
    if (first !== undefined) return first;
    if (dirname(folder) === folder) throw new RequestNotFound(resolve(directory), usualNames);
  }
}

/** @throws UnreadableRequest, and InvalidRequest with the file as it was named */
export async function readProject(file: string, options: FileOptions = {}): Promise<ProjectRequest> {
  try {
    return await readRequest(file, options);
  } catch (error) {
    throw error instanceof InvalidRequest ? new InvalidRequest(error.problems, file) : error;
  }
}

/** Of something that is there already: a request whose end has come is read all the same. */
export const whenever: Pick<ParseOptions, "asOf"> = { asOf: new Date(0) };

/**
 * The stack that a command is about: the one named, or that of the project's file.
 * @throws FileOrStack, RequestNotFound, SeveralRequests, UnreadableRequest, InvalidRequest
 */
export async function stackFor(file: string | undefined, stack: string | undefined): Promise<string> {
  if (stack === undefined) return (await readProject(findRequest(file, process.cwd()), whenever)).project;
  if (file !== undefined) throw new FileOrStack();
  return stack;
}

/**
 * A request that was kept, as this version takes it.
 * @throws KeptUnusable
 */
export async function keptRequest(
  project: string,
  kept: unknown,
  offers: NonNullable<Extract<FileOptions["offers"], (...args: never) => unknown>>,
): Promise<ProjectRequest> {
  try {
    const request = await parseRequestText(JSON.stringify(kept), "the request.json", { ...whenever, offers });
    if (request.project !== project) throw new KeptUnusable(project, `it is of ${request.project}.`);
    return request;
  } catch (error) {
    if (error instanceof InvalidRequest || error instanceof UnreadableRequest)
      throw new KeptUnusable(project, error.message);
    throw error;
  }
}

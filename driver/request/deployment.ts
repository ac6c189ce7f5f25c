import type { Catalogue } from "../../catalogue/loader";
import type { DeploymentRequest } from "../../programs/deployment";
import type { Path } from "../../programs/check";
import type { ProjectRequest, ProjectRequestSource } from "./schema";

export interface DeploymentContext {
  /** Where the SSH configuration in the outputs expects the key and the known hosts. Default: the deployment's own. */
  readonly sshDirectory?: string;
  /** The software that can be asked for. Default: the product's own catalogue. */
  readonly catalogue?: Catalogue;
}

/** What the program of a stack is made from: `deployment(toDeployment(request))`. */
export function toDeployment(request: ProjectRequest, context: DeploymentContext = {}): DeploymentRequest {
  return deploymentOf(request, context);
}

type Read<T> = T extends object ? { readonly [Key in keyof T]: Read<T[Key]> } : T;

/** The same of a request that was not checked yet, with nothing filled in. */
export function deploymentOf(
  request: Read<Omit<ProjectRequestSource, "backups">>,
  { sshDirectory, catalogue }: DeploymentContext,
): DeploymentRequest {
  const { project, cloud, region, domain, access, software, tls, networkRange, bastionSize, owner, flowLogs } = request;
  const common = {
    name: project,
    domain,
    region,
    adminAccess: access.admins,
    ...(access.anywhere === undefined ? {} : { allowAdminAccessFromAnywhere: access.anywhere }),
    ...(access.keys === undefined ? {} : { adminKeys: access.keys }),
    software: software.map(({ name, software: wanted, size, subdomain, parameters }) => ({
      name,
      software: wanted,
      ...(size === undefined ? {} : { size }),
      ...(subdomain === undefined ? {} : { subdomain }),
      ...(parameters === undefined ? {} : { parameters }),
    })),
    ...(tls === undefined ? {} : { tls: tlsOf(tls) }),
    ...(networkRange === undefined ? {} : { networkRange }),
    ...(bastionSize === undefined ? {} : { bastionSize }),
    ...(sshDirectory === undefined ? {} : { sshDirectory }),
    ...(catalogue === undefined ? {} : { catalogue }),
  };
  if (cloud === "digitalocean") return { cloud, ...common };
  return {
    cloud,
    ...common,
    ...(owner === undefined ? {} : { owner }),
    ...(flowLogs === undefined ? {} : { flowLogs }),
  };
}

/** Optional keys are absent rather than undefined. */
export function tlsOf(tls: NonNullable<Read<ProjectRequestSource["tls"]>>): ProjectRequest["tls"] {
  if (tls.issuer === "private-ca") return { issuer: "private-ca" };
  return tls.email === undefined ? { issuer: "acme" } : { issuer: "acme", email: tls.email };
}

/** Where a deployment's argument is in a request: `adminAccess[0]` → `access.admins[0]`. */
export function pathInRequest([first, ...rest]: Path): Path {
  if (first === "adminAccess") return ["access", "admins", ...rest];
  if (first === "adminKeys") return ["access", "keys", ...rest];
  return first === undefined ? [] : [first, ...rest];
}

/** The same for the words of an error. */
export function wordsInRequest(expected: string): string {
  return expected.replace("allowAdminAccessFromAnywhere", "access.anywhere");
}

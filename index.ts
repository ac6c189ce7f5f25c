/**
 * Deploy4Me as a package: components for Pulumi programs, and the ready-made program.
 * @example
 * import { digitalocean } from "deploy4me";
 * new digitalocean.BusinessDeployment("office", { domain: "example.com", … });
 */
export * as digitalocean from "./components/digitalocean";
export * from "./components/deployment";
export { InvalidArgument } from "./components/errors";
export { type Catalogue, loadCatalogue, parseDefinition } from "./catalogue/loader";
export { InvalidDefinition } from "./catalogue/errors";
export type { SoftwareDefinition } from "./catalogue/schema";
export { deployment, type DeploymentRequest } from "./programs/deployment";
export { Driver, type OperationOptions } from "./driver/driver";
export type { Credentials, DirectCredentials, GuardCredentials } from "./driver/credentials";
export type { OperationEvent, Progress } from "./driver/events/operation-event";
export type { Operation } from "./driver/operation";
export type { DriverOptions } from "./driver/options";
export { deploymentProgram, type Program, projectProgram } from "./driver/program";
export { DriverError } from "./driver/errors";

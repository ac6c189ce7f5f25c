/**
 * Deploy4Me as a package: components for Pulumi programs, the ready-made program, and the driver that deploys requests.
 * @example
 * import { digitalocean } from "deploy4me";
 * new digitalocean.BusinessDeployment("office", { domain: "example.com", … });
 * @example
 * import { Driver, projectProgram, readRequest } from "deploy4me";
 * const driver = new Driver({ home: "/var/lib/deploy4me", program: projectProgram, credentials });
 * await driver.up(await readRequest("office.yaml")).result;
 */
export * as digitalocean from "./components/digitalocean";
export * from "./components/deployment";
export { InvalidArgument } from "./components/errors";
export { type Catalogue, loadCatalogue, parseDefinition } from "./catalogue/loader";
export { InvalidDefinition } from "./catalogue/errors";
export type { SoftwareDefinition } from "./catalogue/schema";
export { deployment, type DeploymentRequest } from "./programs/deployment";

// The driver: requests become stacks (docs/commands.md has the same from the command line).
export { Driver, type OperationOptions } from "./driver/driver";
export type { DestroyOptions, PreviewOptions, UpOptions } from "./driver/deploying";
export type { HistoryOptions, OutputsOptions } from "./driver/looking";
export type { DriverOptions, Memory, Secrets, Times } from "./driver/options";
export type { Operation, OperationKind } from "./driver/operation";
export { deploymentProgram, type Program, projectProgram } from "./driver/program";
export type { Credentials, DirectCredentials, GuardCredentials } from "./driver/credentials";
export { type Engine, EngineMissing, findEngine } from "./driver/engine";
export type { StackId } from "./driver/stack-id";
export type {
  Changes,
  DestroyResult,
  HistoryEntry,
  PreviewResult,
  RefreshResult,
  StackOutput,
  StackOutputs,
  UpResult,
} from "./driver/results";
export type {
  DiagnosticEvent,
  EndedEvent,
  GapEvent,
  NoteEvent,
  OperationEvent,
  OutputEvent,
  Progress,
  PropertyChange,
  QueuedEvent,
  ResourceName,
  StartedEvent,
  StepEvent,
  StepOperation,
} from "./driver/events/operation-event";
export type { Diagnosis } from "./driver/events/translation";

// What a project asks for (docs/project-request.md).
export {
  availableClouds,
  awsOffers,
  checkRequest,
  type CheckedRequest,
  type Cloud,
  describe,
  endOf,
  InvalidRequest,
  type Offers,
  offersFor,
  offersFrom,
  parseRequest,
  parseRequestText,
  type ParseOptions,
  type ProjectRequest,
  type ProjectRequestSource,
  readRequest,
  requestForm,
  type RequestForm,
  requestJsonSchema,
  type RequestDescription,
  type RequestedSoftware,
  type RequestProblem,
  secretsOf,
  sentenceOf,
  shippedOffers,
  toDeployment,
  UnreadableRequest,
  UnusableOffers,
} from "./driver/request";
export { costBetween, estimate, type Estimate, type EstimateOptions, UnknownPrice } from "./driver/estimate";

// Where leases, states and backups are, when not in a folder of one machine.
export type { Lease, LeaseRequest, LeaseRow, Leases } from "./driver/lease/lease";
export { LeaseLost, LeasesUnavailable, StackBusy } from "./driver/lease/errors";
export { PostgresLeases } from "./driver/lease/postgres-leases";
export { SqliteLeases } from "./driver/lease/sqlite-leases";
export { type Backup, BackupDamaged, BackupNotFound, type Backups, FileBackups } from "./driver/state/backups";
export { PostgresBackups } from "./driver/state/postgres-backups";
export type { PostgresOptions } from "./driver/postgres";
export { InvalidBackend } from "./driver/state/backend";
export { StackNotFound, StateUnreadable } from "./driver/state/state";

// What a dead operation left in flight.
export { PendingOperations, type Recovery, type RecoveryContext } from "./driver/pending";
export { AwsRecovery } from "./driver/recovery/aws-recovery";
export { DigitalOceanRecovery } from "./driver/recovery/digitalocean-recovery";
export type { KnownCreations } from "./driver/recovery/known-creations";
export { type Finding, NotSwept, type SweepOptions, type SweepReport, SweepTimedOut } from "./driver/sweep/sweep";
export type { Expiring, ExpireOptions, ExpireReport } from "./driver/life/expiry";

// What goes wrong: each has a stable `code`.
export { type ApprovalPart, ApprovalMoved, InvalidApproval } from "./driver/approval";
export {
  CredentialsLate,
  DriverError,
  InvalidStackName,
  MemoryNotGranted,
  NoEstimate,
  OperationCancelled,
  OperationTimedOut,
  ProtectedFromRemoval,
  RequestNotPlain,
} from "./driver/errors";
export {
  DeploymentFailed,
  EngineFailed,
  LimitExceeded,
  ProgramCrashed,
  ProgramHung,
  ProgramUnloadable,
} from "./driver/runner/errors";

import { plainCopy } from "./canonical";
import * as deploying from "./deploying";
import type { DestroyOptions, PreviewOptions, UpOptions } from "./deploying";
import { NoEstimate, ProtectedFromRemoval } from "./errors";
import type { Estimate } from "./estimate";
import { dayMs, expire, type ExpireOptions, type ExpireReport, type Expiring, expiringOf } from "./life/expiry";
import * as looking from "./looking";
import type { HistoryOptions, OutputsOptions } from "./looking";
import { type Operation, type OperationContext, type OperationKind, startOperation } from "./operation";
import { type DriverOptions, type Settings, settingsOf } from "./options";
import type { DestroyResult, HistoryEntry, PreviewResult, RefreshResult, StackOutputs, UpResult } from "./results";
import { Admission } from "./runner/admission";
import { interruptOperation } from "./runner/processes";
import { type StackId, stackId } from "./stack-id";
import type { Backup } from "./state/backups";
import { sweep, type SweepOptions, type SweepReport } from "./sweep/sweep";
import { StateSource } from "./state/source";
import type { Shared } from "./work";

/** What every operation takes. */
export interface OperationOptions {
  /** Cancels the operation when it is aborted. One that is aborted already starts nothing. */
  readonly signal?: AbortSignal;
}

/**
 * Deploys requests. Each operation runs in processes of its own, one at a time on a stack and as many at a time over all
 * as there is memory for; whatever happens to one, the others go on.
 * @example
 * const driver = new Driver({ home: "/var/lib/deploy4me", credentials, program: deploymentProgram });
 * const operation = driver.up(request);
 * for await (const event of operation.events) console.log(event.kind, event.progress);
 * const { outputs } = await operation.result;
 * await driver.close();
 */
export class Driver<Request = unknown> {
  private readonly settings: Settings<Request>;
  private readonly shared: Shared;
  private readonly running = new Set<Operation<unknown>>();

  /**
   * @throws InvalidBackend
   * @throws EngineMissing
   */
  constructor(options: DriverOptions<Request>) {
    this.settings = settingsOf(options);
    this.shared = {
      settings: this.settings,
      states: new StateSource(this.settings.backend),
      admission: new Admission(this.settings.memory.budgetMb),
    };
  }

  /** What `up` would do. */
  preview(request: Request, options: PreviewOptions & OperationOptions = {}): Operation<PreviewResult> {
    return this.deploy("preview", request, options, (context, plain) =>
      deploying.preview(this.shared, context, plain, options),
    );
  }

  up(request: Request, options: UpOptions & OperationOptions = {}): Operation<UpResult> {
    const { program } = this.settings;
    const life = { timeToLive: program.timeToLive?.(request), kept: program.kept?.(request) };
    return this.deploy("up", request, options, (context, plain) =>
      deploying.up(this.shared, context, plain, options, life),
    );
  }

  /** Looks what was changed outside, and writes it into the state: the next `up` mends it. */
  refresh(request: Request, options: OperationOptions = {}): Operation<RefreshResult> {
    return this.deploy("refresh", request, options, (context, plain) => deploying.refresh(this.shared, context, plain));
  }

  /** Refuses with `ProtectedFromRemoval` when the request says so. */
  destroy(request: Request, options: DestroyOptions & OperationOptions = {}): Operation<DestroyResult> {
    return this.deploy("destroy", request, options, (context, plain) => {
      if (this.settings.program.isProtected?.(request) === true)
        return Promise.reject(new ProtectedFromRemoval(context.stack));
      return deploying.destroy(this.shared, context, plain, options);
    });
  }

  /** What it costs in a month. Nothing is started for it, and no stack is looked at. */
  estimate(request: Request, options: OperationOptions = {}): Operation<Estimate> {
    return this.deploy("estimate", request, options, ({ stack, signal }) => {
      const { estimate } = this.settings.program;
      return estimate === undefined ? Promise.reject(new NoEstimate(stack)) : estimate(request, signal);
    });
  }

  /** Also while the stack is being worked on. */
  outputs(stack: string, options: OutputsOptions & OperationOptions = {}): Operation<StackOutputs> {
    return this.start("outputs", this.idOf(stack), options, (context) =>
      looking.outputs(this.shared, context, options),
    );
  }

  history(stack: string, options: HistoryOptions & OperationOptions = {}): Operation<HistoryEntry[]> {
    return this.start("history", this.idOf(stack), options, (context) =>
      looking.history(this.shared, context, options),
    );
  }

  export(stack: string, options: OperationOptions = {}): Operation<string> {
    return this.start("export", this.idOf(stack), options, (context) => looking.exportState(this.shared, context));
  }

  import(stack: string, text: string, options: OperationOptions = {}): Operation<{ readonly backup: Backup }> {
    return this.start("import", this.idOf(stack), options, (context) =>
      looking.importState(this.shared, context, text),
    );
  }

  /** @param backup its id, from {@link backups} */
  restore(stack: string, backup: string, options: OperationOptions = {}): Operation<{ readonly backup: Backup }> {
    return this.start("restore", this.idOf(stack), options, (context) => looking.restore(this.shared, context, backup));
  }

  /** The states there are from before each operation, the newest first. */
  backups(stack: string): Promise<readonly Backup[]> {
    return this.settings.backups.list(this.idOf(stack));
  }

  /**
   * Cancels whatever works on a stack: here, or in another process of this machine.
   * @returns whether there was something that could be told
   */
  async cancel(stack: string, reason = "cancelled"): Promise<boolean> {
    const id = this.idOf(stack);
    const here = [...this.running].filter((one) => one.stack.project === id.project && one.stack.stack === id.stack);
    for (const operation of here) operation.cancel(reason);
    if (here.length > 0) return true;
    const holder = await this.settings.leases.holder(id);
    return holder !== undefined && interruptOperation(holder.operation);
  }

  /**
   * Reports what the account holds with our names and no state of the backend has; removes of it what is named, as long as our own record
   * says that we made it. A guard is asked for under the stack `sweep/account`.
   */
  sweep(options: SweepOptions & OperationOptions = {}): Operation<SweepReport> {
    const project = this.settings.program.project ?? "deploy4me";
    return this.start("sweep", { project: "sweep", stack: "account" }, options, (context) =>
      sweep(this.shared, context, project, options),
    );
  }

  /** The deployments whose time ends within so many milliseconds, or is over; protected ones too. Default: a day. */
  async expiring({ within = dayMs }: { readonly within?: number } = {}): Promise<readonly Expiring[]> {
    const { deployments, now } = this.settings;
    const all = (await deployments.all()).flatMap((one) => expiringOf(one) ?? []);
    return all.filter(({ ends }) => ends <= now() + within);
  }

  /**
   * What a stack was last deployed for, as its program let it be kept: to be checked before it is used.
   * @returns undefined when it is not there, or nothing was kept
   */
  async kept(stack: string): Promise<unknown> {
    const { project, stack: name } = this.idOf(stack);
    const all = await this.settings.deployments.all();
    return all.find((one) => one.stack.project === project && one.stack.stack === name)?.request;
  }

  /**
   * Announces deployments before their time is over, and removes those whose time is over and that were announced. To be called
   * again and again, by whoever knows the requests.
   */
  expire(options: ExpireOptions<Request>): Promise<ExpireReport> {
    const { deployments, now, program } = this.settings;
    return expire<Request>(
      {
        deployments,
        now,
        timeToLiveOf: (request) => program.timeToLive?.(request),
        isProtected: (request) => program.isProtected?.(request) === true,
        destroy: (request, signal) =>
          this.destroy(request, { remove: true, ...(signal === undefined ? {} : { signal }) }),
      },
      options,
    );
  }

  /** What operations are under way, and how much memory is given out to them, in MB. */
  get load(): { readonly operations: number; readonly queued: number; readonly memoryMb: number } {
    const { admission } = this.shared;
    return { operations: this.running.size, queued: admission.queued, memoryMb: admission.usedMb };
  }

  /** Cancels everything that is under way, waits for it, and lets go of files and connections. */
  async close(): Promise<void> {
    const operations = [...this.running];
    for (const operation of operations) operation.cancel("the driver is closed");
    await Promise.allSettled(operations.map(({ result }) => result));
    await this.settings.leases.close();
    await this.settings.deployments.close();
    await this.shared.states.close();
  }

  private deploy<Result>(
    kind: OperationKind,
    request: Request,
    options: OperationOptions,
    body: (context: OperationContext, request: unknown) => Promise<Result>,
  ): Operation<Result> {
    const plain = plainCopy(request);
    const { program } = this.settings;
    const secrets = program.secrets?.(plain) ?? [];
    const id = this.idOf(program.stack(plain));
    return this.start(kind, id, options, (context) => body({ ...context, secrets }, plain));
  }

  private start<Result>(
    kind: OperationKind,
    stack: StackId,
    { signal }: OperationOptions,
    body: (context: OperationContext) => Promise<Result>,
  ): Operation<Result> {
    const operation = startOperation(kind, stack, signal, body);
    this.running.add(operation);
    const gone = (): void => void this.running.delete(operation);
    operation.result.then(gone, gone);
    return operation;
  }

  private idOf(stack: string): StackId {
    return stackId(this.settings.program.project ?? "deploy4me", stack);
  }
}

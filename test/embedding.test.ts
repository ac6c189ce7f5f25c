import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import {
  ApprovalMoved,
  type Backups,
  type Credentials,
  Driver,
  DriverError,
  type DriverOptions,
  estimate,
  FileBackups,
  InvalidRequest,
  type Leases,
  loadCatalogue,
  OperationCancelled,
  type OperationEvent,
  parseRequest,
  type PreviewResult,
  type ProjectRequest,
  projectProgram,
  type Recovery,
  requestForm,
  requestJsonSchema,
  shippedOffers,
  SqliteLeases,
  StackNotFound,
  type UpResult,
} from "..";

/**
 * A product that embeds the driver, by the package's own exports alone: that it compiles is the test. What the driver does
 * is its own tests'.
 */
class Deployments {
  private readonly driver: Driver<ProjectRequest>;

  constructor(home: string, credentials: Credentials, recovery?: Recovery) {
    const leases: Leases = new SqliteLeases(join(home, "leases.db"));
    const backups: Backups = new FileBackups(join(home, "backups"));
    const options: DriverOptions<ProjectRequest> = {
      ...{ home, credentials, program: projectProgram, leases, backups },
      ...(recovery === undefined ? {} : { recovery }),
      memory: { stackMb: 200 },
      times: { graceMs: 1_000 },
    };
    this.driver = new Driver(options);
  }

  /** Shows what would be done to whoever approves, then does exactly that. */
  async deploy(
    form: unknown,
    watch: (event: OperationEvent) => void,
    approves: (preview: PreviewResult, monthly: number) => boolean,
    signal: AbortSignal,
  ): Promise<UpResult | undefined> {
    const request = parseRequest(form, { offers: shippedOffers });
    const { monthly } = await estimate(request, { signal });
    const preview = await this.driver.preview(request, { signal, refresh: true }).result;
    if (!approves(preview, monthly)) return undefined;
    const operation = this.driver.up(request, { approved: preview.approval, signal });
    for await (const event of operation.events) watch(event);
    return operation.result;
  }

  /** What a person may do about an error. */
  static advice(error: unknown): "mend the form" | "look again" | "nothing to do" | "ask us" {
    if (error instanceof InvalidRequest) return "mend the form";
    if (error instanceof ApprovalMoved) return "look again";
    if (error instanceof OperationCancelled) return "nothing to do";
    return error instanceof DriverError ? "nothing to do" : "ask us";
  }

  outputs(project: string): Promise<unknown> {
    return this.driver.outputs(project).result;
  }

  close(): Promise<void> {
    return this.driver.close();
  }
}

let home: string;
let deployments: Deployments;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "deploy4me-embedding-"));
  deployments = new Deployments(home, { mode: "guard", environment: () => Promise.resolve({}) });
});
afterAll(async () => {
  await deployments.close();
  rmSync(home, { recursive: true });
});

test("a form that is not right starts nothing, and its error is known by its class", async () => {
  const never = (): never => {
    throw new Error("nothing was to happen");
  };
  const failure = await deployments
    .deploy({ project: "X" }, never, never, new AbortController().signal)
    .catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(InvalidRequest);
  expect(Deployments.advice(failure)).toBe("mend the form");
});

test("what is not deployed has no outputs", async () => {
  await expect(deployments.outputs("nothing")).rejects.toBeInstanceOf(StackNotFound);
});

test("form and schema come from the same package", () => {
  const catalogue = loadCatalogue();
  expect(requestForm(catalogue, [shippedOffers]).sections.length).toBeGreaterThan(0);
  expect(requestJsonSchema(catalogue)).toMatchObject({ type: "object" });
});

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Driver } from "../../driver/driver";
import type { OperationEvent } from "../../driver/events/operation-event";
import type { Operation } from "../../driver/operation";
import type { DriverOptions } from "../../driver/options";
import { TestApi, type TestApiOptions, token } from "../sandbox/digitalocean/api";
import type { CloudRequest } from "./programs/cloud";
import { cloudProgram } from "./programs/cloud-program";

/** A cloud without machines, and a driver that deploys to it by the real engine. */
export class Bed {
  private readonly drivers: Driver<CloudRequest>[] = [];

  private constructor(
    readonly api: TestApi,
    readonly home: string,
  ) {}

  /** @param options of the cloud */
  static async open(options: TestApiOptions = {}): Promise<Bed> {
    return new Bed(await TestApi.open(options), mkdtempSync(join(tmpdir(), "deploy4me-driver-")));
  }

  /** As a guard would give it: the default provider reads both from its environment. */
  get cloudVariables(): Record<string, string> {
    return { DIGITALOCEAN_TOKEN: token, DIGITALOCEAN_API_URL: this.api.origin };
  }

  driver(options: Partial<DriverOptions<CloudRequest>> = {}): Driver<CloudRequest> {
    const driver = new Driver<CloudRequest>({
      home: this.home,
      credentials: { mode: "guard", environment: () => Promise.resolve(this.cloudVariables) },
      program: cloudProgram,
      ...options,
    });
    this.drivers.push(driver);
    return driver;
  }

  /** The names of the tags in the cloud. */
  async tags(): Promise<string[]> {
    const { body } = await this.api.get("/v2/tags?per_page=200");
    return (body as { tags: { name: string }[] }).tags.map(({ name }) => name).sort();
  }

  async close(): Promise<void> {
    await Promise.all(this.drivers.map((driver) => driver.close()));
    await this.api.close();
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** All events of an operation, when it has ended. */
export async function eventsOf(operation: Operation<unknown>): Promise<OperationEvent[]> {
  const events: OperationEvent[] = [];
  for await (const event of operation.events) events.push(event);
  return events;
}

/** What a promise is rejected with. */
export async function failureOf(result: Promise<unknown>): Promise<Error & { readonly code?: string }> {
  try {
    await result;
  } catch (error) {
    return error as Error;
  }
  throw new Error("it did not fail");
}

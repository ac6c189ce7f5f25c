import { Asker } from "../../connections/digitalocean/ask";
import { unreachable } from "../../connections/failure";
import { nameOf as nameOfRequest, problemOf } from "../../connections/problem";
import type { GuardedAnswer, GuardedRequest } from "../../guard/exchange";
import { type Candidate, candidates } from "../../guard/recognition/candidates";
import { readListing } from "../../guard/recognition/listing";
import { at, type Marks } from "../../guard/recognition/marks";
import type { Parameters } from "../../guard/recognition/routes";
import type { Creation } from "../../guard/recognition/rule";
import { messageOf } from "../cause";
import { DriverError } from "../errors";
import { within } from "../within";
import { InventoryUnavailable } from "./errors";

/** One question, with what is asked again because of what passes by itself. */
const questionMs = 30_000;
/** A page has 200 items at most, and a droplet is a few thousand bytes. */
const longestBody = 16 << 20;
/** Where the API is when nothing else is said: as the official provider has it. */
const usualUrl = "https://api.digitalocean.com";

/** How the cloud is reached: variables and stack secrets, as an operation's providers get them. */
export interface Access {
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/** Asks DigitalOcean's API, as an operation's providers would. It changes nothing but by {@link Cloud.remove}. */
export class Cloud {
  private readonly url: string;
  private readonly token: string;
  /** Of whoever reads: what is read for a request of a guard's has its rights, and here there is none. */
  private readonly request: GuardedRequest;

  /** @param signal ends whatever is being asked */
  constructor(
    { environment, secrets }: Access,
    private readonly signal: AbortSignal,
  ) {
    const { DIGITALOCEAN_API_URL, DIGITALOCEAN_TOKEN, DIGITALOCEAN_ACCESS_TOKEN } = environment;
    this.url = secrets["digitalocean:apiEndpoint"] ?? DIGITALOCEAN_API_URL ?? usualUrl;
    this.token = secrets["digitalocean:token"] ?? DIGITALOCEAN_TOKEN ?? DIGITALOCEAN_ACCESS_TOKEN ?? "";
    const none = { headers: {}, body: Buffer.alloc(0), query: "", path: "", stack: "", account: "", id: "", epoch: 0 };
    this.request = { ...none, method: "GET", signal };
  }

  /**
   * What there is with these marks; nothing where even the collection is not there.
   * @throws InventoryUnavailable, or the signal's reason
   */
  async candidates(rule: Creation, parameters: Parameters, marks: Marks): Promise<readonly Candidate[]> {
    return this.told(() => candidates(rule, parameters, marks, this.request, this.send), []);
  }

  /** A whole listing, with all its pages; empty where the collection is not there. */
  async listing(path: string, name: string): Promise<readonly object[]> {
    return this.told(() => readListing(this.request, this.send, { path, name }), []);
  }

  /**
   * What is at a path, as the API answers it; nothing when the API itself says that it is not there.
   * @param path decoded
   */
  async at(path: string): Promise<object | undefined> {
    const encoded = path.split("/").map(encodeURIComponent).join("/");
    return this.told(async () => {
      const { status, json } = await this.send({ ...this.request, path: encoded });
      if (status === 404) return undefined;
      if (status === 200 && json !== undefined) return json;
      throw new InventoryUnavailable(`${nameOfRequest({ method: "GET", path })} was answered with ${status}.`);
    }, undefined);
  }

  /**
   * Deletes what is at a path.
   * @returns why it is there still; nothing when it is gone, or goes
   */
  async remove(path: string): Promise<string | undefined> {
    const asked = { method: "DELETE", path };
    const asker = new Asker({ token: this.checkedToken(), timeoutMs: questionMs });
    const late = (): Error => new InventoryUnavailable(`${nameOfRequest(asked)} was not answered in time.`);
    try {
      const url = this.urlOf(path.split("/").map(encodeURIComponent).join("/"));
      const reply = await within(questionMs + 1_000, this.signal, () => asker.delete(url), late);
      if (reply.kind === "failure") return unreachable(reply.failure);
      const { status, answer } = reply;
      if (status < 300 || (status === 404 && answer.kind === "json")) return undefined;
      const said = answer.kind === "json" ? at(answer.value, "message") : undefined;
      return `the cloud answered with ${status}${typeof said === "string" ? `: ${said.slice(0, 200)}` : ""}`;
    } finally {
      asker.close();
    }
  }

  private urlOf(target: string): URL {
    return new URL(`${this.url.replace(/\/+$/, "")}${target}`);
  }

  private readonly send = async (request: GuardedRequest): Promise<GuardedAnswer> => {
    const asked = { method: request.method, path: request.path };
    const ended = new AbortController();
    const options = { token: this.checkedToken(), timeoutMs: questionMs, longestBody, signal: ended.signal };
    const asker = new Asker(options);
    try {
      const late = (): Error => new InventoryUnavailable(`${nameOfRequest(asked)} was not answered in time.`);
      const url = this.urlOf(`${request.path}${request.query}`);
      const reply = await within(questionMs + 1_000, this.signal, () => asker.get(url), late);
      if (reply.kind === "failure")
        throw new InventoryUnavailable(`${nameOfRequest(asked)} failed: ${unreachable(reply.failure)}`);
      const { status, headers, answer } = reply;
      const problem = problemOf(answer, asked);
      if (problem !== undefined) throw new InventoryUnavailable(problem.message);
      if (answer.kind !== "json") throw new InventoryUnavailable(`${nameOfRequest(asked)} was answered with nothing.`);
      return { status, headers, body: Buffer.alloc(0), json: answer.value };
    } finally {
      ended.abort();
      asker.close();
    }
  };

  /** Nothing else can stand in a header, and an error about it would show it. */
  private checkedToken(): string {
    if (/^[\x21-\x7e]{1,8192}$/.test(this.token)) return this.token;
    throw new InventoryUnavailable("there is no token for DigitalOcean.");
  }

  /** What the rules' own readers throw is told as ours is; that there is no such collection is an answer. */
  private async told<Value>(work: () => Promise<Value>, none: Value): Promise<Value> {
    this.signal.throwIfAborted();
    try {
      return await work();
    } catch (cause) {
      if (this.signal.aborted || cause instanceof DriverError) throw cause;
      if (statusOf(cause) === 404) return none;
      throw new InventoryUnavailable(messageOf(cause), { cause });
    }
  }
}

/** Of a listing that was refused: the API's own status. */
function statusOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "upstreamStatus" in error ? error.upstreamStatus : undefined;
}

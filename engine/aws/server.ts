import {
  Metadata,
  Server,
  ServerCredentials,
  type sendUnaryData,
  type ServerUnaryCall,
  type StatusObject,
  status,
} from "@grpc/grpc-js";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

import type { Properties } from "./kind";
import { type AwsProvider, HalfMade } from "./provider";

/** What the engine calls, and how an answer gets back. */
type Handler<Request, Response> = (request: Request) => Response | Promise<Response>;

/**
 * Serves the provider to the engine.
 * @returns the port on loopback
 */
export async function serve(provider: AwsProvider, version: string): Promise<number> {
  const server = new Server({ "grpc.max_receive_message_length": -1 });
  server.addService(ResourceProviderService, implementation(provider, version));
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
      if (error) reject(error);
      else resolve(port);
    });
  });
}

function implementation(provider: AwsProvider, version: string) {
  return {
    getPluginInfo: unary(() => {
      const info = new PluginInfo();
      info.setVersion(version);
      return info;
    }),
    attach: unary(() => new Empty()),
    cancel: unary(() => new Empty()),
    getSchema: unary(() => {
      const response = new messages.GetSchemaResponse();
      response.setSchema(JSON.stringify({ name: "aws", version }));
      return response;
    }),
    checkConfig: unary((request: messages.CheckRequest) => {
      const response = new messages.CheckResponse();
      response.setInputs(request.getNews());
      return response;
    }),
    diffConfig: unary(diffConfig),
    configure: unary((request: messages.ConfigureRequest) => configure(provider, request)),
    check: unary((request: messages.CheckRequest) => {
      const { type, name } = partsOf(request.getUrn());
      const response = new messages.CheckResponse();
      const inputs = provider.check(type, name, properties(request.getOlds()), properties(request.getNews()));
      response.setInputs(struct(inputs));
      return response;
    }),
    diff: unary((request: messages.DiffRequest) => diff(provider, request)),
    create: unary((request: messages.CreateRequest) => create(provider, request)),
    read: unary((request: messages.ReadRequest) => read(provider, request)),
    update: unary((request: messages.UpdateRequest) => update(provider, request)),
    delete: unary(async (request: messages.DeleteRequest) => {
      const state = { ...properties(request.getOldInputs()), ...properties(request.getProperties()) };
      await provider.remove(partsOf(request.getUrn()).type, request.getId(), state);
      return new Empty();
    }),
    invoke: unary(async (request: messages.InvokeRequest) => {
      const response = new messages.InvokeResponse();
      response.setReturn(struct(await provider.invoke(request.getTok(), properties(request.getArgs()))));
      return response;
    }),
  };
}

function unary<Request, Response>(handler: Handler<Request, Response>) {
  return (call: ServerUnaryCall<Request, Response>, answer: sendUnaryData<Response>): void => {
    void Promise.resolve()
      .then(() => handler(call.request))
      .then(
        (response) => {
          answer(null, response);
        },
        (error: unknown) => {
          answer(failure(error));
        },
      );
  };
}

/** What is half made goes into the state, with the reason: the engine takes it from the details. */
function failure(error: unknown): Partial<StatusObject> {
  if (!(error instanceof HalfMade)) return { code: status.UNKNOWN, details: inWords(error) };
  const words = inWords(error.cause);
  const detail = new messages.ErrorResourceInitFailed();
  detail.setId(error.id);
  detail.setProperties(struct(error.state));
  detail.setReasonsList([words]);
  const packed = new Any();
  packed.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const whole = new Status();
  whole.setCode(status.UNKNOWN);
  whole.setMessage(words);
  whole.addDetails(packed);
  const metadata = new Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(whole.serializeBinary()));
  return { code: status.UNKNOWN, details: words, metadata };
}

/** AWS's code and sentence, as the official provider shows them. */
function inWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.name === "Error" || error.name === "NotHere" ? error.message : `${error.name}: ${error.message}`;
}

/** Another region is another cloud; other credentials are none. */
function diffConfig(request: messages.DiffRequest): messages.DiffResponse {
  const [before, after] = [properties(request.getOldInputs()), properties(request.getNews())];
  const changed = ["region", "accessKey", "secretKey", "token"].filter((key) => before[key] !== after[key]);
  const response = new messages.DiffResponse();
  const { DIFF_NONE, DIFF_SOME } = messages.DiffResponse.DiffChanges;
  response.setChanges(changed.length === 0 ? DIFF_NONE : DIFF_SOME);
  response.setDiffsList(changed);
  response.setReplacesList(changed.filter((key) => key === "region"));
  return response;
}

function configure(provider: AwsProvider, request: messages.ConfigureRequest): messages.ConfigureResponse {
  const variables: Record<string, string> = {};
  request.getVariablesMap().forEach((value: string, key: string) => {
    variables[key.replace(/^aws:config:/, "")] = value;
  });
  const args = Object.entries(properties(request.getArgs())).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  provider.configure({ ...variables, ...Object.fromEntries(args) });
  // Without secrets: the engine marks those outputs that are named like a secret input.
  return new messages.ConfigureResponse();
}

function diff(provider: AwsProvider, request: messages.DiffRequest): messages.DiffResponse {
  const [before, after] = [properties(request.getOldInputs()), properties(request.getNews())];
  const { changed, replaces, isDifferent, deleteBeforeReplace } = provider.diff(
    partsOf(request.getUrn()).type,
    properties(request.getOlds()),
    before,
    after,
  );
  const response = new messages.DiffResponse();
  const { DIFF_NONE, DIFF_SOME } = messages.DiffResponse.DiffChanges;
  response.setChanges(isDifferent ? DIFF_SOME : DIFF_NONE);
  response.setDiffsList([...changed]);
  response.setReplacesList([...replaces]);
  response.setDeletebeforereplace(deleteBeforeReplace && replaces.length > 0);
  response.setHasdetaileddiff(changed.length > 0);
  const { ADD, ADD_REPLACE, DELETE, DELETE_REPLACE, UPDATE, UPDATE_REPLACE } = messages.PropertyDiff.Kind;
  for (const key of changed) {
    const one = new messages.PropertyDiff();
    const [plain, replacing] =
      before[key] === undefined
        ? [ADD, ADD_REPLACE]
        : after[key] === undefined
          ? [DELETE, DELETE_REPLACE]
          : [UPDATE, UPDATE_REPLACE];
    one.setKind(replaces.includes(key) ? replacing : plain);
    one.setInputdiff(true);
    response.getDetaileddiffMap().set(key, one);
  }
  return response;
}

async function create(provider: AwsProvider, request: messages.CreateRequest): Promise<messages.CreateResponse> {
  const made = await provider.create(partsOf(request.getUrn()).type, properties(request.getProperties()));
  const response = new messages.CreateResponse();
  response.setId(made.id);
  response.setProperties(struct(made.state));
  return response;
}

async function read(provider: AwsProvider, request: messages.ReadRequest): Promise<messages.ReadResponse> {
  const found = await provider.read(
    partsOf(request.getUrn()).type,
    request.getId(),
    properties(request.getProperties()),
    properties(request.getInputs()),
  );
  const response = new messages.ReadResponse();
  if (found === undefined) return response;
  response.setId(request.getId());
  response.setProperties(struct(found.state));
  response.setInputs(struct(found.inputs));
  return response;
}

async function update(provider: AwsProvider, request: messages.UpdateRequest): Promise<messages.UpdateResponse> {
  const state = await provider.update(
    partsOf(request.getUrn()).type,
    request.getId(),
    properties(request.getOlds()),
    properties(request.getOldInputs()),
    properties(request.getNews()),
  );
  const response = new messages.UpdateResponse();
  response.setProperties(struct(state));
  return response;
}

/** `urn:pulumi:stack::project::parent$type::name` */
function partsOf(urn: string): { readonly type: string; readonly name: string } {
  const [, , types = "", ...rest] = urn.split("::");
  return { type: types.slice(types.lastIndexOf("$") + 1), name: rest.join("::") };
}

function properties(from: Struct | undefined): Properties {
  const all = (from?.toJavaScript() ?? {}) as Record<string, unknown>;
  return Object.fromEntries(Object.entries(all).filter(([key]) => !key.startsWith("__")));
}

function struct(from: Properties): Struct {
  const known = JSON.parse(JSON.stringify(from)) as Record<string, JavaScriptValue>;
  return Struct.fromJavaScript(known);
}

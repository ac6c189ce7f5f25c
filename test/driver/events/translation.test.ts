import { parseEngineEvent } from "../../../driver/events/engine-event";
import { Redactor } from "../../../driver/events/redact";
import { nameOfUrn, plain, shortName, Translation } from "../../../driver/events/translation";

const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "[secret]" };
const urn = (type: string, name: string): string => `urn:pulumi:s::p::${type}::${name}`;

interface Step {
  readonly op: string;
  readonly type?: string;
  readonly name?: string;
  readonly [field: string]: unknown;
}

function step(
  event: "resourcePreEvent" | "resOutputsEvent" | "resOpFailedEvent",
  { op, type = "digitalocean:index/vpc:Vpc", name = "net", ...more }: Step,
): string {
  const state = { custom: true, inputs: {}, outputs: {} };
  return JSON.stringify({
    sequence: 1,
    [event]: { metadata: { op, type, urn: urn(type, name), old: state, new: state, ...more } },
  });
}

function translated(translation: Translation, line: string): ReturnType<Translation["translate"]> {
  const event = parseEngineEvent(line);
  if (event === undefined) throw new Error(`it is no event: ${line}`);
  return translation.translate(event);
}

test("what is not an event of the engine's is none", () => {
  expect(parseEngineEvent("{")).toBeUndefined();
  expect(parseEngineEvent('{"sequence":"one"}')).toBeUndefined();
  expect(parseEngineEvent('{"sequence":1,"resourcePreEvent":{"metadata":{"op":1}}}')).toBeUndefined();
});

test("a step begins and ends, and is what is worked on meanwhile", () => {
  let now = 1_000;
  const translation = new Translation(new Redactor(), 0, 3, false, () => now);
  const begun = translated(translation, step("resourcePreEvent", { op: "create" }));
  expect(begun).toMatchObject({ kind: "step", phase: "begun", operation: "create", resource: { name: "net" } });
  expect(begun?.progress).toEqual({ done: 0, planned: 3, current: ["Vpc net"], elapsedMs: 1_000 });
  now = 3_500;
  const done = translated(translation, step("resOutputsEvent", { op: "create" }));
  expect(done).toMatchObject({ phase: "done", tookMs: 2_500, progress: { done: 1, planned: 3, current: [] } });
});

test("a failed step is dealt with as well", () => {
  const translation = new Translation(new Redactor(), 0, 0);
  translated(translation, step("resourcePreEvent", { op: "update" }));
  expect(translated(translation, step("resOpFailedEvent", { op: "update" }))).toMatchObject({
    phase: "failed",
    progress: { done: 1, planned: 1, current: [] },
  });
});

test("what differs is named, with what is secret hidden", () => {
  const translation = new Translation(new Redactor(["known-secret"]), 0, 0);
  const event = translated(
    translation,
    step("resOutputsEvent", {
      op: "update",
      old: {
        inputs: { description: "old", password: secret, tags: ["a"] },
        outputs: { description: "old", password: secret },
      },
      new: { inputs: { description: "now known-secret", password: secret, tags: ["b"] }, outputs: {} },
      detailedDiff: {
        description: { diffKind: "update", inputDiff: true },
        password: { diffKind: "update-replace", inputDiff: true },
        "tags[0]": { diffKind: "add", inputDiff: true },
        later: { diffKind: "delete" },
      },
    }),
  );
  expect(event).toMatchObject({
    changes: [
      { path: "description", kind: "update", replaces: false, before: '"old"', after: '"now [secret]"' },
      { path: "password", kind: "update", replaces: true, before: '"[secret]"', after: '"[secret]"' },
      { path: "tags[0]", kind: "add", replaces: false, before: '"a"', after: '"b"' },
      { path: "later", kind: "delete", replaces: false },
    ],
  });
});

test("what was only read, and is otherwise, is drift", () => {
  const translation = new Translation(new Redactor(), 0, 1);
  translated(translation, step("resourcePreEvent", { op: "refresh" }));
  expect(translated(translation, step("resOutputsEvent", { op: "update", diffs: ["description"] }))).toMatchObject({
    drift: true,
  });
  translated(translation, step("resourcePreEvent", { op: "update" }));
  expect(translated(translation, step("resOutputsEvent", { op: "update", diffs: ["description"] }))).toMatchObject({
    drift: false,
  });
});

describe("what a preview's refresh read", () => {
  const read = (more: object): ReturnType<Translation["translate"]> => {
    const translation = new Translation(new Redactor(), 0, 1);
    translated(translation, step("resourcePreEvent", { op: "refresh" }));
    return translated(translation, step("resOutputsEvent", { op: "refresh", ...more }));
  };
  const custom = { custom: true, inputs: {} };

  test("is no drift when it is as the state has it", () => {
    const state = { ...custom, outputs: { rules: ["a"] } };
    expect(read({ old: state, new: state })).toMatchObject({ operation: "same", drift: false, changes: [] });
  });

  test("is drift with what differs, by the values where the provider does not say", () => {
    const before = { ...custom, outputs: { rules: ["a"], password: secret, port: 1 } };
    const after = { ...custom, outputs: { rules: ["a", "b"], password: { ...secret, ciphertext: "[new]" }, port: 1 } };
    expect(read({ old: before, new: after })).toMatchObject({
      operation: "update",
      drift: true,
      changes: [
        { path: "rules", kind: "update", before: '["a"]', after: '["a","b"]' },
        { path: "password", kind: "update", before: '"[secret]"', after: '"[secret]"' },
      ],
    });
  });

  test("is no drift when the provider has compared, and found nothing that was asked for otherwise", () => {
    const before = { ...custom, outputs: { count: 1 } };
    const after = { ...custom, outputs: { count: 2 } };
    expect(read({ old: before, new: after, detailedDiff: {} })).toMatchObject({ operation: "same", drift: false });
    const detailedDiff = { count: { diffKind: "update" } };
    expect(read({ old: before, new: after, detailedDiff })).toMatchObject({ operation: "update", drift: true });
  });

  test("is gone when there is none", () => {
    expect(read({ old: { ...custom, outputs: {} }, new: null })).toMatchObject({ operation: "delete", drift: true });
  });

  test("and a component can't be otherwise", () => {
    const component = { custom: false, outputs: {} };
    expect(read({ op: "update", old: component, new: component })).toMatchObject({ operation: "same", drift: false });
  });
});

describe("a provider's credentials are no change", () => {
  const provider = (before: object, after: object, more: object = {}): string =>
    step("resOutputsEvent", {
      op: "update",
      type: "pulumi:providers:digitalocean",
      name: "own",
      old: { inputs: before },
      new: { inputs: after },
      ...more,
    });
  const summary = '{"sequence":9,"summaryEvent":{"resourceChanges":{"update":1,"same":4},"result":"succeeded"}}';

  test.each([
    ["a token", { token: secret }, { token: { ...secret, ciphertext: "[other]" } }, { diffs: ["token"] }],
    [
      "a guard's port",
      { apiEndpoint: "http://127.0.0.1:1" },
      { apiEndpoint: "http://127.0.0.1:2" },
      { diffs: ["apiEndpoint"] },
    ],
    ["a key of another cloud", { accessKey: "a" }, { accessKey: "b" }, {}],
    ["a stack's configuration", { "digitalocean:token": secret }, { "digitalocean:token": secret }, {}],
  ])("%s", (_what, before, after, more) => {
    const translation = new Translation(new Redactor(), 0, 5);
    expect(translated(translation, provider(before, after, more))).toMatchObject({ operation: "same", changes: [] });
    translated(translation, summary);
    expect(translation.summary).toEqual({ same: 5 });
  });

  test.each([
    ["a region", { region: "a", token: secret }, { region: "b", token: secret }],
    ["another cloud's address", { apiEndpoint: "https://api.example.com" }, { apiEndpoint: "http://127.0.0.1:2" }],
  ])("but %s is", (_what, before, after) => {
    const translation = new Translation(new Redactor(), 0, 5);
    expect(translated(translation, provider(before, after))).toMatchObject({ operation: "update" });
    translated(translation, summary);
    expect(translation.summary).toEqual({ update: 1, same: 4 });
  });
});

test("with a destruction only what is deleted brings it on", () => {
  const translation = new Translation(new Redactor(), 0, 2, true);
  translated(translation, step("resOutputsEvent", { op: "same", name: "one" }));
  expect(translated(translation, step("resOutputsEvent", { op: "delete", name: "one" }))?.progress).toMatchObject({
    done: 1,
    planned: 2,
  });
});

test("diagnostics lose their marks and secrets, and those for developers are dropped", () => {
  const translation = new Translation(new Redactor(["known-secret"]), 0, 0);
  const said = (severity: string, message: string): unknown =>
    translated(
      translation,
      JSON.stringify({ sequence: 1, diagnosticEvent: { severity, message, urn: urn("a:b:C", "d") } }),
    );
  expect(said("error", "<{%fg 1%}>bad known-secret<{%reset%}>\n")).toMatchObject({
    kind: "diagnostic",
    severity: "error",
    message: "bad [secret]",
    resource: { name: "d", type: "a:b:C" },
  });
  expect(said("info#err", "\u001b[31mred\u001b[0m")).toMatchObject({ severity: "info", message: "red" });
  expect(said("debug", "RegisterResource known-secret")).toBeUndefined();
  expect(translation.errors).toHaveLength(1);
});

test("names are taken from a URN", () => {
  expect(nameOfUrn("urn:pulumi:s::p::a:b:Parent$digitalocean:index/vpc:Vpc::with::colons")).toEqual({
    urn: "urn:pulumi:s::p::a:b:Parent$digitalocean:index/vpc:Vpc::with::colons",
    type: "digitalocean:index/vpc:Vpc",
    name: "with::colons",
  });
  expect(shortName({ urn: "", type: "digitalocean:index/vpc:Vpc", name: "x" })).toBe("Vpc x");
  expect(plain("  <{%bold%}>x<{%reset%}> ")).toBe("x");
});

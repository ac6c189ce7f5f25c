import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Operation } from "../../driver/operation";
import { Bed } from "./fixture";
import { type EngineCall, RecordingEngine } from "./recording-engine";
import type { CloudRequest } from "./programs/cloud";

/** The engine is a process of 100 MB and 0.2 s each time, and what it is started with others can see. */
let bed: Bed;
let recording: RecordingEngine;
const request: CloudRequest = { name: "calls", tags: 1, secret: "sesame-open" };
/** What belongs to whoever embeds the driver, and not to what it starts. */
const foreign = {
  AWS_SECRET_ACCESS_KEY: "belongs-to-the-host",
  NODE_PATH: "/belongs-to-the-host",
  PULUMI_SKIP_CHECKPOINTS: "true",
  PULUMI_CONFIG_PASSPHRASE: "belongs-to-the-host",
  PULUMI_ACCESS_TOKEN: "belongs-to-the-host",
  PULUMI_K8S_DELETE_UNREACHABLE: "true",
};

/** What one life of a stack started, by what was asked for. */
const started: Record<string, readonly EngineCall[]> = {};
let all: readonly EngineCall[];

beforeAll(async () => {
  Object.assign(process.env, foreign);
  bed = await Bed.open();
  recording = new RecordingEngine();
  const driver = bed.driver({ engine: recording.engine });
  const asked: Readonly<Record<string, () => Operation<unknown>>> = {
    "a first up": () => driver.up(request),
    preview: () => driver.preview(request),
    up: () => driver.up(request),
    outputs: () => driver.outputs("calls"),
    export: () => driver.export("calls"),
    history: () => driver.history("calls"),
    "outputs with secrets": () => driver.outputs("calls", { secrets: true }),
    refresh: () => driver.refresh(request),
    destroy: () => driver.destroy(request),
  };
  for (const [what, ask] of Object.entries(asked)) {
    await ask().result;
    started[what] = recording.calls;
    recording.forget();
  }
  all = Object.values(started).flat();
});
afterAll(async () => {
  for (const name of Object.keys(foreign)) Reflect.deleteProperty(process.env, name);
  recording.remove();
  await bed.close();
});

const words = ({ args }: EngineCall): string =>
  args
    .slice(0, 2)
    .join(" ")
    .replace(/ --?.*/, "");

test.each([
  ["a first up", ["stack init", "up"]],
  ["preview", ["preview"]],
  ["up", ["up"]],
  ["refresh", ["refresh"]],
  ["destroy", ["destroy"]],
  ["outputs", []],
  ["export", []],
  ["history", ["stack history"]],
  ["outputs with secrets", ["stack output"]],
])("%s starts the engine as %j", (what, calls) => {
  expect(started[what]?.map(words)).toEqual(calls);
});

test("refresh and destroy run the program, so that today's credentials are used and not those in the state", () => {
  for (const what of ["refresh", "destroy"])
    for (const { args } of started[what] ?? []) expect(args).toContain("--run-program=true");
});

test("no secret is in an argument; the token and the passphrase are in no variable but the token's own", () => {
  const passphrase = readFileSync(join(bed.home, "passphrase"), "utf8").trim();
  const token = bed.cloudVariables.DIGITALOCEAN_TOKEN!;
  for (const { args, environment } of all) {
    for (const secret of ["sesame-open", passphrase, token]) expect(args.join("\0")).not.toContain(secret);
    const others = Object.entries(environment).filter(([name]) => name !== "DIGITALOCEAN_TOKEN");
    for (const secret of ["sesame-open", passphrase, token]) expect(JSON.stringify(others)).not.toContain(secret);
  }
});

test("nothing of the host's environment is handed on but what was chosen", () => {
  for (const { environment } of all) {
    expect(JSON.stringify(environment)).not.toContain("belongs-to-the-host");
    // Checkpoints stay on: without them a crash loses what was made.
    expect(
      Object.keys(environment)
        .filter((name) => name.startsWith("PULUMI_"))
        .sort(),
    ).toEqual([
      "PULUMI_AUTOMATION_API",
      "PULUMI_BACKEND_URL",
      "PULUMI_CONFIG_PASSPHRASE_FILE",
      "PULUMI_DEBUG_COMMANDS",
      "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION",
      "PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS",
      "PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER",
      "PULUMI_HOME",
      "PULUMI_LOG_ROTATION_MAX_TOTAL_MB",
      "PULUMI_SKIP_UPDATE_CHECK",
    ]);
    // Its bookkeeping is its own: neither another operation's, nor that of who embeds the driver.
    expect(environment.PULUMI_HOME).toMatch(new RegExp(`^${bed.home}/runs/[0-9a-f-]{36}/pulumi$`));
    expect(environment.HOME).toMatch(new RegExp(`^${bed.home}/runs/`));
  }
});

test("nor does a secret stand in the engine's events as they lie on the disk, nor the token in the program's process", async () => {
  const driver = bed.driver();
  const operation = driver.up({ ...request, name: "on-disk", act: "prints-environment" });
  let seen = "";
  let printed = "";
  for await (const event of operation.events) {
    if (event.kind === "step") seen += readFileSync(join(bed.home, "runs", operation.id, "events.jsonl"), "utf8");
    if (event.kind === "output") printed += event.text;
  }
  await operation.result;
  expect(seen).toContain("resourcePreEvent");
  // What the SDK tells for its developers has every property as it is.
  expect(seen).not.toContain('"severity":"debug"');
  expect(seen).not.toContain("sesame-open");

  // Nor has the program anything of the backend.
  const names = Object.keys(JSON.parse(printed) as object);
  expect(names.filter((name) => /DIGITALOCEAN|BACKEND|PASSPHRASE|AWS/.test(name))).toEqual([]);
  expect(names).toContain("DEPLOY4ME_OPERATION");
});

import type { EngineEvent, StepMetadata } from "../../../driver/events/engine-event";
import { TornSteps } from "../../../driver/events/torn";

const type = "digitalocean:index/droplet:Droplet";
const urn = `urn:pulumi:office::test::${type}::one`;
let sequence = 0;

const step = (op: string, more: Partial<StepMetadata> = {}): { readonly metadata: StepMetadata } => ({
  metadata: { op, urn, type, old: { id: "5", custom: true }, new: { custom: true, inputs: { name: "one" } }, ...more },
});
const event = (one: Omit<EngineEvent, "sequence">): EngineEvent => ({ sequence: ++sequence, ...one });
const says = (message: string, of = urn): EngineEvent =>
  event({ diagnosticEvent: { urn: of, message, severity: "error" } });

function tornOf(...events: readonly EngineEvent[]): unknown[] {
  const torn = new TornSteps();
  for (const one of events) torn.look(one);
  return torn.all.map(({ type: what, resource: { id, replaces } }) => [what, id, replaces]);
}

test.each([
  ["the plugin dies", "error reading from server: EOF"],
  ["the guard dies", 'Post "http://127.0.0.1:4000/v2/droplets": EOF'],
  ["the connection breaks", "read tcp 127.0.0.1:5->127.0.0.1:6: read: connection reset by peer"],
  ["nobody answers", "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"],
  ["a server fails", "POST https://api.digitalocean.com/v2/droplets: 504 Gateway Timeout"],
  ["the embedded plugin says so", "DigitalOcean answered POST /v2/droplets with 502: a page"],
  [
    "the guard does not know",
    "DigitalOcean answered POST /v2/droplets with 424: It is not known whether a droplet was made",
  ],
])("of a step nobody knows how it ended when %s", (_when, message) => {
  const failed = (op: string): EngineEvent[] => [says(message), event({ resOpFailedEvent: step(op) })];
  expect(tornOf(...failed("create"))).toEqual([["creating", undefined, undefined]]);
  expect(tornOf(...failed("create-replacement"))).toEqual([["creating", undefined, true]]);
  expect(tornOf(...failed("update"))).toEqual([["updating", "5", undefined]]);
  expect(tornOf(...failed("delete-replaced"))).toEqual([["deleting", "5", undefined]]);
});

test.each([
  "DigitalOcean answered POST /v2/droplets with 422: the name is taken (request 500)",
  "POST https://api.digitalocean.com/v2/droplets: 401 Unable to authenticate you",
  "dial tcp: lookup api.digitalocean.com: no such host",
])("what was refused is not in doubt: %s", (message) => {
  expect(tornOf(says(message), event({ resOpFailedEvent: step("create") }))).toEqual([]);
});

test("nor is what a machine's script ended with", () => {
  const command = "command:remote:Command";
  const of = `urn:pulumi:office::test::${command}::script`;
  const failed = event({ resOpFailedEvent: step("create", { urn: of, type: command }) });
  expect(tornOf(says("timed out waiting for apt", of), failed)).toEqual([]);
});

test("a deletion that has begun is in doubt until it has ended", () => {
  const begun = event({ resourcePreEvent: step("delete") });
  expect(tornOf(begun)).toEqual([["deleting", "5", undefined]]);
  expect(tornOf(begun, event({ resOutputsEvent: step("delete") }))).toEqual([]);
  expect(tornOf(begun, says("422: in use"), event({ resOpFailedEvent: step("delete") }))).toEqual([]);
  // Of two with one name, the old one's is not the new one's.
  const other = event({ resOutputsEvent: step("delete-replaced", { old: { id: "4", custom: true } }) });
  expect(tornOf(begun, other)).toEqual([["deleting", "5", undefined]]);
});

test("secret inputs are left out", () => {
  const torn = new TornSteps();
  const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "x" };
  torn.look(says("EOF"));
  torn.look(event({ resOpFailedEvent: step("create", { new: { custom: true, inputs: { name: "one", secret } } }) }));
  expect(torn.all[0]?.resource.inputs).toEqual({ name: "one" });
});

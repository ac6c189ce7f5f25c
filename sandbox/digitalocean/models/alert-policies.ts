import { randomUUID } from "node:crypto";

import { notFound, unprocessable } from "../errors";
import type { AlertPolicy, CloudState } from "../state";

/** What can be watched of droplets. The original watches load balancers, databases and pools of droplets as well. */
const ofDroplets =
  /^v1\/insights\/droplet\/(load_1|load_5|load_15|cpu|memory_utilization_percent|disk_utilization_percent|disk_read|disk_write|(public|private)_(inbound|outbound)_bandwidth)$/;

export function createAlertPolicy(draft: CloudState, input: Omit<AlertPolicy, "uuid">): AlertPolicy {
  const policy = { uuid: randomUUID(), ...checked(draft, input) };
  draft.alertPolicies = [...policies(draft), policy];
  return policy;
}

export function policies(state: CloudState): readonly AlertPolicy[] {
  return state.alertPolicies ?? [];
}

export function getAlertPolicy(state: CloudState, uuid: string): AlertPolicy {
  const policy = policies(state).find((one) => one.uuid === uuid);
  if (policy === undefined) throw notFound();
  return policy;
}

/** Everything is said anew. */
export function updateAlertPolicy(draft: CloudState, uuid: string, input: Omit<AlertPolicy, "uuid">): AlertPolicy {
  getAlertPolicy(draft, uuid);
  const policy = { uuid, ...checked(draft, input) };
  draft.alertPolicies = policies(draft).map((one) => (one.uuid === uuid ? policy : one));
  return policy;
}

export function deleteAlertPolicy(draft: CloudState, uuid: string): void {
  getAlertPolicy(draft, uuid);
  draft.alertPolicies = policies(draft).filter((one) => one.uuid !== uuid);
}

function checked(draft: CloudState, input: Omit<AlertPolicy, "uuid">): Omit<AlertPolicy, "uuid"> {
  if (!ofDroplets.test(input.type)) {
    throw unprocessable(`type ${input.type} can't be watched here: the sandbox has metrics of droplets only`);
  }
  const unknown = input.entities.filter((entity) => !draft.droplets.some(({ id }) => String(id) === entity));
  if (unknown.length > 0) throw unprocessable(`entities: there is no droplet ${unknown.join(", ")}`);
  if (input.emails.length + input.slack.length === 0) throw unprocessable("alerts: nobody is to be told");
  return input;
}

import assert from "node:assert/strict";

import type { ErrorEscaped } from "@digitalocean/dots";

import { all, api, clientWith, domain, image, region, size, tag, there, variable, waitFor } from "./client.ts";
import type { Made } from "./made.ts";

/** What was done, what it costs, how mistakes are told, and that nothing is left. */
export const endSteps = {
  async actions() {
    const seen = await all(api.v2.actions, 20, (answer) => answer.actions);
    assert.ok(seen.every(({ status }) => status === "completed"));
    const first = there(await api.v2.actions.byAction_id(there(seen.at(-1)?.id)).get()).action;
    assert.equal(first?.type, "create");
    assert.ok(there(first.completedAt) >= there(first.startedAt));
  },

  async billing() {
    const { balance, invoices, billing_history: history } = api.v2.customers.my;
    assert.ok((await balance.get())?.monthToDateUsage);
    assert.ok((await invoices.get())?.invoicePreview);
    assert.ok((await history.get())?.billingHistory);
  },

  async errors({ vpc, project }: Made) {
    const { droplets, vpcs, projects } = api.v2;
    await refused(droplets.byDroplet_id(999_999_999).get(), 404, "not_found", /could not be found/);
    const wrong = { name: "no_name", region, size, image };
    await refused(droplets.post(wrong), 422, "unprocessable_entity", /^Only valid hostname characters are allowed/);
    await refused(clientWith("nobody").v2.account.get(), 401, "unauthorized", /^Unable to authenticate you$/);
    const [reader, spent] = ["SANDBOX_READER_TOKEN", "SANDBOX_SPENT_TOKEN"].map((name) => clientWith(variable(name)));
    await refused(there(reader).v2.tags.post({ name: "no" }), 403, "forbidden", /^You are not authorized/);
    await refused(there(spent).v2.account.get(), 429, "too_many_requests", /^Too many requests$/);
    await refused(vpcs.byVpc_id(vpc).delete(), 403, "forbidden", /^Can not delete VPC with members$/);
    await refused(projects.byProject_id(project).delete(), 412, "precondition_failed", /project with resources/);
  },

  async "everything is deleted"(made: Made) {
    await api.v2.droplets.delete({ queryParameters: { tagName: tag } });
    await waitFor(
      async () => (await api.v2.droplets.get())?.meta?.total,
      (total) => total === 0,
    );
    await api.v2.volumes.snapshots.bySnapshot_id(made.volumeSnapshot).delete();
    await api.v2.volumes.byVolume_id(made.volume).delete();
    await api.v2.images.byImage_id(made.snapshot).delete();
    await api.v2.firewalls.byFirewall_id(made.firewall).delete();
    await api.v2.reserved_ips.byReserved_ip(made.reservedIp).delete();
    await api.v2.reserved_ipv6.byReserved_ipv6(made.reservedIpv6).delete();
    await api.v2.domains.byDomain_name(domain).delete();
    await api.v2.projects.byProject_id(made.project).delete();
    await api.v2.vpcs.byVpc_id(made.vpc).delete();
    await api.v2.tags.byTag_id(tag).delete();
    await api.v2.account.keys.bySsh_key_identifier(made.key).delete();
  },

  async "nothing is left"() {
    const { account, domains, droplets, firewalls, projects, reserved_ips: ips, snapshots, tags, volumes } = api.v2;
    for (const collection of [account.keys, domains, droplets, firewalls, ips, snapshots, tags, volumes])
      assert.equal((await collection.get())?.meta?.total, 0);
    assert.equal((await projects.get())?.meta?.total, 1);
  },
};

/** The client's own kind of error, with what the API says of it. */
async function refused(call: Promise<unknown>, status: number, id: string, message: RegExp): Promise<void> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason as ErrorEscaped,
  );
  assert.ok(error, `${status} was wanted, and nothing refused`);
  assert.deepEqual([error.responseStatusCode, error.id], [status, id]);
  assert.match(there(error.messageEscaped), message);
  assert.match(there(error.requestId), /^[0-9a-f-]{36}$/);
  assert.deepEqual(error.responseHeaders?.["x-request-id"], [error.requestId]);
}

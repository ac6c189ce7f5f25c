import assert from "node:assert/strict";

import { all, api, completed, domain, region, tag, there } from "./client.ts";
import type { Made } from "./made.ts";

/** Volumes, addresses, names, firewalls, projects. */
export const networkSteps = {
  async volume(made: Made) {
    const [droplet] = made.droplets;
    const wanted = { name: "dots", sizeGigabytes: 1, region: region as "fra1", filesystemType: "ext4", tags: [tag] };
    const volumes = api.v2.volumes;
    made.volume = there(there(there(await volumes.post(wanted)).volume).id);
    const one = volumes.byVolume_id(made.volume);
    const attached = await completed(await one.actions.post({ type: "attach", dropletId: there(droplet) }));
    assert.equal(attached.type, "attach_volume");
    assert.deepEqual((await one.get())?.volume?.dropletIds, [droplet]);
    await completed(await one.actions.post({ type: "resize", sizeGigabytes: 2 }));
    await completed(await one.actions.post({ type: "detach", dropletId: there(droplet) }));
    const volume = (await one.get())?.volume;
    assert.deepEqual([volume?.dropletIds, volume?.sizeGigabytes], [[], 2]);
    assert.equal((await volumes.get({ queryParameters: { name: "dots", region } }))?.volumes?.length, 1);
  },

  async "volume snapshot"(made: Made) {
    const one = api.v2.volumes.byVolume_id(made.volume);
    const snapshot = there(there(await one.snapshots.post({ name: "dots-volume" })).snapshot);
    assert.deepEqual([snapshot.resourceType, snapshot.resourceId], ["volume", made.volume]);
    made.volumeSnapshot = there(snapshot.id);
    const listed = await all(one.snapshots, 1, (answer) => answer.snapshots);
    assert.deepEqual(
      listed.map(({ id }) => id),
      [made.volumeSnapshot],
    );
  },

  async "reserved IP"(made: Made) {
    const [droplet] = made.droplets;
    made.reservedIp = there(there(there(await api.v2.reserved_ips.post({ region })).reservedIp).ip);
    const one = api.v2.reserved_ips.byReserved_ip(made.reservedIp);
    await completed(await one.actions.post({ type: "assign", dropletId: there(droplet) }));
    assert.equal((await one.get())?.reservedIp?.droplet?.id, droplet);
    assert.equal((await all(api.v2.reserved_ips, 1, (answer) => answer.reservedIps)).length, 1);
    await completed(await one.actions.post({ type: "unassign" }));
  },

  async "reserved IPv6"(made: Made) {
    const [droplet] = made.droplets;
    const answer = await api.v2.reserved_ipv6.post({ regionSlug: region });
    made.reservedIpv6 = there(there(there(answer).reservedIpv6).ip);
    const one = api.v2.reserved_ipv6.byReserved_ipv6(made.reservedIpv6);
    await completed(await one.actions.post({ type: "assign", dropletId: there(droplet) }));
    assert.equal((await one.get())?.reservedIpv6?.droplet?.id, droplet);
    await completed(await one.actions.post({ type: "unassign" }));
  },

  async domain() {
    assert.equal((await api.v2.domains.post({ name: domain, ipAddress: "192.0.2.1" }))?.domain?.name, domain);
    const one = api.v2.domains.byDomain_name(domain);
    const records = [
      { type: "A", name: "www", data: "192.0.2.7", ttl: 60 },
      { type: "AAAA", name: "www", data: "2001:db8::7" },
      { type: "CNAME", name: "wiki", data: `www.${domain}.` },
      { type: "MX", name: "@", data: `mail.${domain}.`, priority: 10 },
      { type: "TXT", name: "@", data: "v=spf1 -all" },
      { type: "SRV", name: "_sip._tcp", data: `www.${domain}.`, priority: 1, port: 5060, weight: 2 },
      { type: "NS", name: "sub", data: "ns1.example.net." },
      { type: "CAA", name: "@", data: "ca.example.net.", flags: 0, tag: "issue" },
    ];
    for (const record of records) {
      const made = there(there(await one.records.post(record)).domainRecord);
      assert.deepEqual([made.type, made.name], [record.type, record.name]);
      const item = one.records.byDomain_record_id(there(made.id));
      assert.equal((await item.patch({ ...record, ttl: 90 }))?.domainRecord?.ttl, 90);
      assert.equal((await item.get())?.domainRecord?.data, made.data);
    }
    const listed = await all(one.records, 3, (answer) => answer.domainRecords);
    // Beside these: SOA, three name servers, and the address that it was created with.
    assert.equal(listed.length, records.length + 5);
    const both = there(await one.records.get({ queryParameters: { name: `www.${domain}`, type: "A" } })).domainRecords;
    assert.equal(both?.length, 1);
    await one.records.byDomain_record_id(there(both[0]?.id)).delete();
    assert.match(there((await one.get())?.domain?.zoneFile), /_sip\._tcp\.dots\.example\./);
  },

  async firewall(made: Made) {
    const [first, second, third] = made.droplets.map((id) => id);
    const everywhere = ["0.0.0.0/0", "::/0"];
    const wanted = {
      name: "dots",
      inboundRules: [
        { protocol: "tcp" as const, ports: "22", sources: { addresses: ["192.0.2.0/24", "2001:db8::/32"] } },
        { protocol: "tcp" as const, ports: "8000-9000", sources: { tags: [tag] } },
        { protocol: "udp" as const, ports: "53", sources: { dropletIds: [there(second)] } },
      ],
      outboundRules: [{ protocol: "tcp" as const, ports: "all", destinations: { addresses: everywhere } }],
      dropletIds: [there(first)],
    };
    made.firewall = there(there(there(await api.v2.firewalls.post(wanted)).firewall).id);
    const one = api.v2.firewalls.byFirewall_id(made.firewall);
    const extra = { inboundRules: [{ protocol: "tcp" as const, ports: "443", sources: { addresses: everywhere } }] };
    await one.rules.post(extra);
    await one.tags.post({ tags: [tag] });
    await one.droplets.post({ dropletIds: [there(third)] });
    const found = there(there(await one.get()).firewall);
    assert.deepEqual([found.inboundRules?.length, found.dropletIds, found.tags], [4, [first, third], [tag]]);
    await one.rules.delete(extra);
    await one.tags.delete({ tags: [tag] });
    await one.droplets.delete({ dropletIds: [there(third)] });
    const updated = await one.put({ name: "dots-renamed", inboundRules: wanted.inboundRules.slice(0, 1) });
    assert.deepEqual([updated?.firewall?.inboundRules?.length, updated?.firewall?.outboundRules], [1, []]);
    assert.equal((await all(api.v2.firewalls, 1, (answer) => answer.firewalls)).length, 1);
  },

  async project(made: Made) {
    const answer = await api.v2.projects.post({ name: "dots", purpose: "Service or API" });
    made.project = there(there(there(answer).project).id);
    const one = api.v2.projects.byProject_id(made.project);
    const patched = (await one.patch({ environment: "Staging" }))?.project;
    assert.deepEqual([patched?.name, patched?.environment], ["dots", "Staging"]);
    const urns = [`do:droplet:${made.droplets[0]}`, `do:domain:${domain}`, `do:volume:${made.volume}`];
    assert.equal((await one.resources.post({ resources: urns }))?.resources?.length, 3);
    const listed = await all(one.resources, 1, (page) => page.resources);
    assert.deepEqual(listed.map(({ urn }) => urn).sort(), urns.toSorted());
    assert.equal((await api.v2.projects.defaultEscaped.get())?.project?.isDefault, true);
  },
};

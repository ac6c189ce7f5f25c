import assert from "node:assert/strict";

import { all, api, image, region, size, tag, there } from "./client.ts";
import type { Made } from "./made.ts";

const publicKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFqhVzK2jZbGxxq4XyVsm2eE3lHqLr2Yb1cQ8yqSgV8m dots@example";

/** Who we are, what can be had, and what a droplet needs before it is made. */
export const accountSteps = {
  async account() {
    const account = there(there(await api.v2.account.get()).account);
    assert.equal(account.status, "active");
    assert.ok(account.uuid && account.team?.uuid && account.dropletLimit);
  },

  async catalogue() {
    const regions = await all(api.v2.regions, 5, (answer) => answer.regions);
    assert.ok(there(regions.find(({ slug }) => slug === region)?.sizes).includes(size));
    const sizes = await all(api.v2.sizes, 20, (answer) => answer.sizes);
    assert.equal(sizes.find(({ slug }) => slug === size)?.priceMonthly, 6);
    const images = await all(api.v2.images, 1, (answer) => answer.images);
    const debian = there(images.find(({ slug }) => slug === image));
    assert.equal((await api.v2.images.byImage_id(there(debian.id)).get())?.image?.distribution, "Debian");
  },

  async "SSH key"(made: Made) {
    const keys = api.v2.account.keys;
    const key = there(there(await keys.post({ name: "dots", publicKey })).sshKey);
    made.key = there(key.id);
    const renamed = await keys.bySsh_key_identifier(made.key).put({ name: "dots renamed" });
    assert.equal(renamed?.sshKey?.name, "dots renamed");
    assert.deepEqual(
      (await all(keys, 1, (answer) => answer.sshKeys)).map((one) => one.publicKey),
      [publicKey],
    );
  },

  async tag() {
    for (const name of [tag, "second", "third"]) assert.equal((await api.v2.tags.post({ name }))?.tag?.name, name);
    assert.equal((await all(api.v2.tags, 1, (answer) => answer.tags)).length, 3);
    for (const name of ["second", "third"]) await api.v2.tags.byTag_id(name).delete();
    assert.equal((await api.v2.tags.byTag_id(tag).get())?.tag?.resources?.count, 0);
  },

  async VPC(made: Made) {
    const wanted = { name: "dots", region, ipRange: "10.80.0.0/24" };
    made.vpc = there(there(there(await api.v2.vpcs.post(wanted)).vpc).id);
    const one = api.v2.vpcs.byVpc_id(made.vpc);
    const described = there(await one.patch({ description: "of dots" })).vpc;
    assert.deepEqual([described?.name, described?.description], ["dots", "of dots"]);
    assert.equal((await one.get())?.vpc?.ipRange, wanted.ipRange);
    const vpcs = await all(api.v2.vpcs, 5, (answer) => answer.vpcs);
    assert.equal(vpcs.filter((vpc) => vpc.defaultEscaped !== true).length, 1);
  },
};

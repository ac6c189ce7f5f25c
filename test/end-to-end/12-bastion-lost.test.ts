import { accountOf } from "./clouds";
import { on, tryOn } from "./fixture/machines";
import { onStack, outputs } from "./fixture/stack";
import { Browser } from "./fixture/visitor";
import { leavePage } from "./fixture/wiki";
import { names, world } from "./fixture/world";

const here = world();
const account = accountOf(here);

describe("the bastion is deleted behind our back", () => {
  let before: Awaited<ReturnType<typeof facts>>;
  let after: typeof before;
  let pageIsThere: () => Promise<boolean>;

  beforeAll(async () => {
    pageIsThere = await leavePage(here, "tests:lost");
    before = await facts();
    await account.delete(before.bastion);
    await onStack(here, "up");
    after = await facts();
  });

  test("the next `up` makes another, at the same address", () => {
    expect(after.bastion).not.toBe(before.bastion);
    expect(after.address).toBe(before.address);
  });

  test("no server is replaced", () => {
    expect([after.wiki, after.blog]).toEqual([before.wiki, before.blog]);
  });

  test.each([
    ["wiki", "ipv4"],
    ["wiki", "ipv6"],
    ["blog", "ipv4"],
    ["blog", "ipv6"],
  ] as const)("visitors reach the %s again over %s", async (server, family) => {
    expect((await new Browser(here, "nobody").request(`https://${names[server]}/`, { family })).status).toBe(200);
  });

  test("what was written is still there", async () => {
    expect(await pageIsThere()).toBe(true);
  });

  test("servers go on by the new one: updates and time", async () => {
    await on(here, "wiki", "apt-get update -q -o APT::Update::Error-Mode=any");
    // Who did not get an answer to the first questions asks once a minute.
    const inTime = await tryOn(here, "wiki", "chronyc -n waitsync 150 0 0 1", { timeoutMs: 180_000 });
    expect(inTime).toMatchObject({ code: 0 });
  });

  test("and nothing is left to change", async () => {
    await onStack(here, "preview", ["--refresh", "--expect-no-changes"]);
  });
});

async function facts() {
  const [bastion, wiki, blog] = await Promise.all(["bastion", "wiki", "blog"].map((part) => account.machine(part)));
  return { bastion: bastion!.id, wiki: wiki!.id, blog: blog!.id, address: (await outputs(here)).bastionAddress };
}

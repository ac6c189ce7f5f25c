import { accountOf, kind } from "./clouds";
import { moveAdministrator } from "./fixture/administrator";
import { tryOn } from "./fixture/machines";
import { onStack } from "./fixture/stack";
import { leavePage } from "./fixture/wiki";
import { world } from "./fixture/world";

const here = world();
const account = accountOf(here);
const old = here.ranges.deployer.ipv4;
/** Far from those that the cloud gives to machines first. */
const other = old.replace(/\d+$/, (last) => String(Number(last) + 26));

const admits = (...addresses: string[]) => ({
  environment: { [kind.adminAccessVariable]: addresses.map((address) => `${address}/32`).join(",") },
});

test("a preview warns when this very machine would not be admitted", async () => {
  const { stdout } = await onStack(here, "preview", [], admits("198.51.100.250"));
  expect(stdout).toContain("adminAccess (198.51.100.250/32) does not admit this machine");
  expect(stdout).toContain(`${old}/32`);
});

test("a preview does not warn when it is", async () => {
  const { stdout } = await onStack(here, "preview");
  expect(stdout).not.toContain("does not admit this machine");
});

describe("the administrator's address has changed", () => {
  let moveBack: () => Promise<void>;
  let before: string[];
  let pageIsThere: () => Promise<boolean>;

  beforeAll(async () => {
    pageIsThere = await leavePage(here, "tests:moved");
    before = await servers();
    moveBack = await moveAdministrator(here, old, other);
  });
  // Both addresses are admitted by then, so the way back needs no other bastion.
  afterAll(async () => {
    await moveBack();
    await onStack(here, "up");
  });

  test("nobody gets in from the new one", async () => {
    expect((await tryOn(here, "bastion", "true")).code).toBe(255);
  });

  test("after an `up` with the new address the administrator does", async () => {
    await onStack(here, "up", [], admits(old, other));
    expect(await tryOn(here, "bastion", "true")).toMatchObject({ code: 0 });
    expect(await tryOn(here, "wiki", "true")).toMatchObject({ code: 0 });
  });

  test("the servers are the same, and so is what was written", async () => {
    expect(await servers()).toEqual(before);
    expect(await pageIsThere()).toBe(true);
  });
});

async function servers(): Promise<string[]> {
  return [(await account.machine("wiki")).id, (await account.machine("blog")).id];
}

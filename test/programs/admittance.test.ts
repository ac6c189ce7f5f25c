import { spawnSync } from "node:child_process";

import { admittanceWarning, sourceAddress } from "../../programs/admittance";

describe("whether the deploying machine would be admitted", () => {
  test("it is when one of its addresses is in a range", () => {
    expect(admittanceWarning(["198.51.100.1", "203.0.113.2"], ["203.0.113.0/29"])).toBeUndefined();
  });

  test("it is not when none is: the warning names the addresses and what to do", () => {
    expect(admittanceWarning(["203.0.113.9"], ["203.0.113.0/29"])).toBe(
      "adminAccess (203.0.113.0/29) does not admit this machine (203.0.113.9): the bastion will refuse its connections. " +
        "Add 203.0.113.9/32, or deploy from a machine that is admitted.",
    );
  });

  test("it can't be told behind NAT", () => {
    expect(admittanceWarning(["192.168.1.7", "fe80::1"], ["203.0.113.0/29"])).toBeUndefined();
  });

  test("the address towards a destination is the one the route has", async () => {
    await expect(sourceAddress("127.0.0.1")).resolves.toBe("127.0.0.1");
  });

  test("where no route leads there is no address, and no crash", () => {
    const module = JSON.stringify(require.resolve("../../programs/admittance"));
    const script = `require(${module}).sourceAddress("203.0.113.5").then((address) => console.log(String(address)))`;
    const { stdout, stderr } = spawnSync("unshare", ["--net", process.execPath, "-e", script], {
      encoding: "utf8",
      timeout: 30_000,
    });
    expect({ stdout, stderr }).toEqual({ stdout: "undefined\n", stderr: "" });
  });
});

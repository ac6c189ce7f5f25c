import { cloudName } from "../../components/naming";

const owner = { project: "deploy4me", stack: "sandbox", deployment: "office" };

describe("names in the cloud", () => {
  test("say whose deployment a part belongs to", () => {
    expect(cloudName(owner, "bastion")).toBe("deploy4me-sandbox-office-bastion");
    expect(cloudName(owner)).toBe("deploy4me-sandbox-office");
  });

  test("are DNS labels, whatever the stack is called", () => {
    expect(cloudName({ ...owner, stack: "organization/Team_A.prod" }, "wiki")).toBe(
      "deploy4me-organization-team-a-prod-office-wiki",
    );
  });

  test("fit into 63 characters, differ where the originals do, and never change", () => {
    const long = { ...owner, stack: "a".repeat(60) };
    const names = [
      cloudName({ ...long, deployment: "one" }, "wiki"),
      cloudName({ ...long, deployment: "two" }, "wiki"),
    ];
    expect(names[0]).not.toBe(names[1]);
    for (const name of names) expect(name).toMatch(/^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/);
    expect(names[0]).toMatchInlineSnapshot(`"deploy4me-aaaaaaaaaaaaaa-1kulhrp-aaaaaaaaaaaaaaaaaaaaa-one-wiki"`);
  });
});

import type { DemoOutputs } from "../../cli/demo";
import { farewell } from "../../cli/farewell";
import { home } from "../../cli/home";
import { demoStackIn } from "../../cli/stack";

const outputs: DemoOutputs = {
  urls: { wiki: "https://wiki.deploy4me.example" },
  bastionAddress: "198.51.100.4",
  credentials: { wiki: { user: "admin", password: "very-secret" } },
  caCertificate: "-----BEGIN CERTIFICATE-----",
  sshConfig: "Host bastion",
  knownHosts: "office-bastion.deploy4me ssh-ed25519 AAAA",
  sshPrivateKey: "-----BEGIN OPENSSH PRIVATE KEY-----",
  sshCommands: { bastion: "ssh -F .deploy4me/ssh/config bastion", wiki: "ssh -F .deploy4me/ssh/config wiki" },
};

describe("what the demo ends with", () => {
  const words = (environment: NodeJS.ProcessEnv = {}): string => {
    const where = home(environment);
    const shown = (file: string): string => file.replace(`${where.root}/`, "");
    return farewell({ where, stack: demoStackIn(where), outputs, shown }).join("\n");
  };

  test("says where the wiki is and how to get at it, in, and rid of it", () => {
    expect(words()).toContain("Your wiki runs: https://wiki.deploy4me.example");
    expect(words()).toContain("--resolve wiki.deploy4me.example:443:198.51.100.4");
    expect(words()).toContain("ssh -F .deploy4me/ssh/config wiki");
    expect(words()).toContain("pulumi destroy -s sandbox");
    expect(words()).toContain("make clean");
  });

  test("names the user and not the password, nor any key", () => {
    expect(words()).toContain("as admin; the password: pulumi stack output -s sandbox --show-secrets credentials");
    expect(words()).not.toContain("very-secret");
    expect(words()).not.toContain("PRIVATE KEY");
  });

  test("of another home says so in its commands", () => {
    const other = words({ DEPLOY4ME_HOME: ".deploy4me/homes/second" });
    expect(other).toContain("DEPLOY4ME_HOME=.deploy4me/homes/second ./deploy4me sandbox visitor");
    expect(other).toContain("--config-file .deploy4me/homes/second/Pulumi.sandbox.yaml");
  });
});

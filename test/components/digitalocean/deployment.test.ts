import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";

import { BusinessDeployment, type DigitalOceanDeploymentArgs } from "../../../components/digitalocean/deployment";
import { type Registered, settled } from "../recorded";
import { playCloud } from "./mocks";

const right: DigitalOceanDeploymentArgs = {
  domain: "example.com",
  region: "fra1",
  adminAccess: ["203.0.113.7/32"],
  software: [{ name: "wiki", software: "dokuwiki", parameters: { title: "Our wiki" } }],
  tls: { issuer: "private-ca" },
};

let all: Registered[];
const one = (name: string, type = ""): Registered => {
  const found = all.filter((resource) => resource.name === name && resource.type.includes(type));
  if (found.length !== 1 || !found[0]) throw new Error(`${found.length} resources are called ${name}`);
  return found[0];
};
const valueOf = <T>(output: pulumi.Output<T>): Promise<T> =>
  new Promise((resolve) => {
    output.apply(resolve);
  });

/** Marks a secret on the wire. */
const secretMark = "4dabf18193072939515e22adb298388d";
const secret = (value: unknown): unknown =>
  expect.objectContaining({ [secretMark]: "1b47061264138c4ac30d75fd1eb44270", value });

/** A value without its mark. */
function opened(value: unknown): unknown {
  return typeof value === "object" && value !== null && secretMark in value && "value" in value ? value.value : value;
}

async function deploy(args: DigitalOceanDeploymentArgs = right, options?: Parameters<typeof playCloud>[0]) {
  all = playCloud(options);
  const deployment = new BusinessDeployment("office", args);
  await settled();
  return deployment;
}

describe("a deployment", () => {
  let deployment: BusinessDeployment;
  beforeAll(async () => {
    deployment = await deploy();
  });

  test("is made of these parts, each below its component", () => {
    const tree = all.map(({ name, type, parent }) => `${parent} > ${type.split(":").at(-1) ?? ""} ${name}`).sort();
    expect(tree).toEqual(
      [
        " > BusinessDeployment office",
        "office > ConnectionCheck office-connection",
        "office > SshKeyPair office-key",
        "office > SshKey office-key",
        "office > Network office-network",
        "office-network > Vpc office-network-vpc",
        "office-network > Tag office-network-bastion-tag",
        "office-network > Tag office-network-server-tag",
        "office-network > Firewall office-network-bastion-firewall",
        "office-network > Firewall office-network-server-firewall",
        "office > Bastion office-bastion",
        "office-bastion > SshKeyPair office-bastion-host-key",
        "office-bastion > Presence office-bastion-presence",
        "office-bastion > Droplet office-bastion-droplet",
        "office-bastion > ReservedIp office-bastion-address",
        "office > Server office-wiki",
        "office-wiki > SshKeyPair office-wiki-host-key",
        "office-wiki > Droplet office-wiki-droplet",
        "office > Gateway office-gateway",
        "office-gateway > Command office-gateway-egress",
        "office-gateway > HostFirewall office-gateway-firewall",
        "office-gateway > CertificateAuthority office-gateway-authority",
        "office-gateway > Command office-gateway-ingress",
        "office > SoftwareServer office-wiki",
        "office-wiki > Command office-wiki-uplink",
        "office-wiki > HostFirewall office-wiki-firewall",
        "office-wiki > Password office-wiki-admin-password",
        "office-wiki > SoftwareInstallation office-wiki-software",
        "office > Dns office-dns",
        "office-dns > Domain office-dns-domain",
        "office-dns > DnsRecord office-dns-wiki-a",
        "office-dns > DnsRecord office-dns-wiki-aaaa",
      ].sort(),
    );
  });

  test("looks at its connection before anything is made", () => {
    expect(one("office-connection").inputs).toEqual({});
    const independent = all.filter(({ type, name }) => !type.startsWith("deploy4me:") && name !== "office-connection");
    for (const name of ["office-network-vpc", "office-key", "office-bastion-host-key", "office-bastion-presence"]) {
      const [found] = independent.filter((resource) => resource.name === name);
      expect([name, found?.dependencies]).toEqual([name, expect.arrayContaining(["office-connection"])]);
    }
    // Whatever else is made waits for one that waits for it.
    expect(independent.filter(({ dependencies }) => dependencies.length === 0)).toEqual([]);
  });

  test("has servers without a public interface, without the cloud's agent, and frozen", () => {
    const server = one("office-wiki-droplet");
    expect(server.inputs).toMatchObject({
      name: "deploy4me-sandbox-office-wiki",
      image: "debian-13-x64",
      publicNetworking: false,
      dropletAgent: false,
      vpcUuid: "office-network-vpc-id",
      tags: ["deploy4me-sandbox-office-server"],
      sshKeys: ["aa:bb"],
    });
    expect(server.ignoreChanges).toEqual(["userData", "image", "sshKeys"]);
    expect(server.hasReplacementTrigger).toBe(false);
  });

  test("has a bastion that is replaced with its user data, and comes back when it was deleted behind our back", () => {
    const bastion = one("office-bastion-droplet");
    expect(bastion.inputs).toMatchObject({
      ipv6: true,
      dropletAgent: false,
      tags: ["deploy4me-sandbox-office-bastion"],
    });
    expect(bastion.ignoreChanges).toEqual([]);
    expect(bastion.hasReplacementTrigger).toBe(true);
    expect(one("office-bastion-presence").inputs).toMatchObject({ present: false });
  });

  test("has its cloud firewalls, bound by tag, before the first machine", () => {
    for (const machine of ["office-bastion-droplet", "office-wiki-droplet"]) {
      expect(one(machine).dependencies).toEqual(
        expect.arrayContaining(["office-network-bastion-firewall", "office-network-server-firewall"]),
      );
    }
    expect(one("office-network-server-firewall").inputs).toMatchObject({
      tags: ["deploy4me-sandbox-office-server"],
      inboundRules: [
        { protocol: "tcp", portRange: "22", sourceAddresses: ["10.20.0.0/24"] },
        { protocol: "tcp", portRange: "80", sourceTags: ["deploy4me-sandbox-office-bastion"] },
      ],
    });
  });

  test("lets administrators in from their addresses alone, in both layers", () => {
    const { inboundRules } = one("office-network-bastion-firewall").inputs as { inboundRules: { portRange: string }[] };
    expect(inboundRules.filter(({ portRange }) => portRange === "22")).toEqual([
      { protocol: "tcp", portRange: "22", sourceAddresses: ["203.0.113.7/32"] },
    ]);
    const rules = JSON.stringify(one("office-gateway-firewall").inputs.ruleset);
    expect(rules).toContain('"source":"203.0.113.7/32"');
  });

  test("forgets what is on a machine when the machine goes, and makes it anew when it is made anew", () => {
    const lives = {
      "office-gateway-egress": "office-bastion-droplet",
      "office-gateway-firewall": "office-bastion-droplet",
      "office-gateway-ingress": "office-bastion-droplet",
      "office-wiki-uplink": "office-wiki-droplet",
      "office-wiki-firewall": "office-wiki-droplet",
      "office-wiki-software": "office-wiki-droplet",
    };
    for (const [name, machine] of Object.entries(lives)) {
      expect([name, one(name).deletedWith, one(name).replaceWith]).toEqual([name, machine, [machine]]);
    }
  });

  test("has each machine's successor before the machine goes", () => {
    for (const machine of ["office-bastion-droplet", "office-wiki-droplet"]) {
      expect([machine, one(machine).deleteBeforeReplace]).toEqual([machine, false]);
    }
  });

  test("pins the host key on every hop", () => {
    for (const { name, inputs } of all.filter(({ inputs }) => "connection" in inputs)) {
      const connection = opened(inputs.connection) as Record<string, unknown>;
      const onServer = name.startsWith("office-wiki");
      expect([name, connection.hostKey]).toEqual([
        name,
        `ssh-ed25519 office-${onServer ? "wiki" : "bastion"}-host-key`,
      ]);
      const proxy = connection.proxy as Record<string, unknown> | undefined;
      expect([name, proxy?.hostKey]).toEqual([name, onServer ? "ssh-ed25519 office-bastion-host-key" : undefined]);
    }
  });

  test("keeps keys and passwords secret: in user data, on standard input, in outputs", async () => {
    for (const machine of ["office-bastion-droplet", "office-wiki-droplet"]) {
      expect(one(machine).inputs.userData).toEqual(secret(expect.stringContaining("#cloud-config")));
    }
    expect(one("office-gateway-ingress").inputs.stdin).toEqual(
      secret(expect.stringContaining("private key of the authority")),
    );
    for (const { name, inputs } of all.filter(({ type }) => type === "command:remote:Command")) {
      expect([name, inputs.create]).toEqual([name, "timeout --kill-after=10 1800 bash -s"]);
    }
    await expect(pulumi.isSecret(deployment.credentials)).resolves.toBe(true);
    await expect(pulumi.isSecret(deployment.sshPrivateKey)).resolves.toBe(true);
  });

  test("says what came of it", async () => {
    await expect(valueOf(deployment.urls)).resolves.toEqual({ wiki: "https://wiki.example.com" });
    await expect(valueOf(deployment.bastionAddress)).resolves.toBe("203.0.113.20");
    await expect(valueOf(deployment.versions)).resolves.toEqual({ wiki: "1.0" });
    await expect(valueOf(deployment.credentials)).resolves.toEqual({
      wiki: { user: "admin", password: "generated password" },
    });
    await expect(valueOf(deployment.caCertificate)).resolves.toBe("certificate of the authority");
    await expect(valueOf(deployment.sshCommands)).resolves.toEqual({
      bastion: "ssh -F ~/.ssh/deploy4me/office/config bastion",
      wiki: "ssh -F ~/.ssh/deploy4me/office/config wiki",
    });
  });

  test("brings the names of both families to the bastion", () => {
    expect(one("office-dns-wiki-a").inputs).toMatchObject({
      domain: "example.com",
      name: "wiki",
      type: "A",
      value: "203.0.113.20",
    });
    expect(one("office-dns-wiki-aaaa").inputs).toMatchObject({ type: "AAAA", value: "2001:db8::2" });
  });
});

test("with ACME there is no private authority", async () => {
  const deployment = await deploy({ ...right, tls: { issuer: "acme" } });
  expect(all.filter(({ type }) => type.includes("CertificateAuthority"))).toEqual([]);
  await expect(valueOf(deployment.caCertificate)).resolves.toBe("");
});

test("a child can be changed without the component knowing how", async () => {
  await deploy({
    ...right,
    transform: {
      bastion: { machine: { monitoring: true } },
      server: { machine: (args) => ({ ...args, backups: true }) },
    },
  });
  expect(one("office-bastion-droplet").inputs).toMatchObject({ monitoring: true, dropletAgent: false });
  expect(one("office-wiki-droplet").inputs).toMatchObject({ backups: true, publicNetworking: false });
});

describe("nothing is created", () => {
  test.each<[string, Partial<DigitalOceanDeploymentArgs>, string]>([
    ["software that is unknown", { software: [{ name: "a", software: "b" }] }, "software[0].software has to be one of"],
    [
      "a network that the cloud keeps",
      { networkRange: "10.245.0.0/20" },
      "networkRange must not overlap 10.245.0.0/16",
    ],
  ])("with %s", (_, change, message) => {
    all = playCloud();
    expect(() => new BusinessDeployment("office", { ...right, ...change })).toThrow(message);
    expect(all).toEqual([]);
  });
});

test("a deployment that names its account is held to it", async () => {
  await deploy({ ...right, expected: { account: "account-uuid", team: "team-uuid" } });
  expect(one("office-connection").inputs).toEqual({ account: "account-uuid", team: "team-uuid" });
});

test("a deployment with a provider of its own has no connection check: it can't know that one's token", async () => {
  all = playCloud();
  const provider = new digitalocean.Provider("own", { token: "of its own" });
  new BusinessDeployment("office", right, { provider });
  await settled();
  expect(all.filter(({ type }) => type.endsWith(":ConnectionCheck"))).toEqual([]);
  expect(one("office-network-vpc").dependencies).toEqual([]);
});

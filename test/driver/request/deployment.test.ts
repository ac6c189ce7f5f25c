import { BusinessDeployment, type DigitalOceanDeploymentArgs } from "../../../components/digitalocean/deployment";
import { toDeployment } from "../../../driver/request/deployment";
import { parseRequest } from "../../../driver/request/parse";
import { findMistakes } from "../../../programs/check";
import { configurationKeys, requestFrom } from "../../../programs/configuration";
import { playCloud } from "../../components/digitalocean/mocks";
import { settled } from "../../components/recorded";
import { full, least, publicKey } from "./requests";

describe("a request as a deployment", () => {
  test("says the same in the component's words", () => {
    expect(toDeployment(parseRequest(full), { sshDirectory: "~/.ssh/office" })).toEqual({
      cloud: "digitalocean",
      name: "office",
      domain: "example.com",
      region: "fra1",
      adminAccess: ["203.0.113.7/32", "2001:db8::/48"],
      allowAdminAccessFromAnywhere: false,
      adminKeys: [publicKey],
      software: [
        full.software[0],
        { name: "site", software: "wordpress", size: "s-1vcpu-1gb", subdomain: "site", parameters: {} },
      ],
      tls: { issuer: "acme", email: "admin@example.com" },
      networkRange: "10.30.0.0/24",
      bastionSize: "s-1vcpu-512mb-10gb",
      sshDirectory: "~/.ssh/office",
    });
  });

  test("is what a stack's configuration with the same words makes", () => {
    const { project, access, software, ...rest } = parseRequest(full);
    const configuration: Record<string, unknown> = {
      ...rest,
      name: project,
      adminAccess: access.admins,
      adminKeys: access.keys,
      allowAdminAccessFromAnywhere: access.anywhere,
      software,
    };
    const read = (key: string) => configuration[key];
    expect({ cloud: "digitalocean", ...requestFrom(read, {}) }).toEqual(toDeployment(parseRequest(full)));
    expect(["cloud", ...configurationKeys]).toEqual(
      expect.arrayContaining(Object.keys(toDeployment(parseRequest(full)))),
    );
  });

  test("is right by the deployment's own measure, and its parts are asked for", async () => {
    const registered = playCloud();
    const request = toDeployment(parseRequest({ ...least, tls: { issuer: "private-ca" } }));
    expect(findMistakes(request)).toEqual([]);
    const { name, ...args } = request;
    new BusinessDeployment(name, args as DigitalOceanDeploymentArgs);
    await settled();
    const droplets = registered.filter(({ type }) => type.endsWith(":Droplet"));
    expect(droplets.map(({ inputs }) => `${String(inputs.name)} ${String(inputs.size)}`).sort()).toEqual([
      "deploy4me-sandbox-office-bastion s-1vcpu-1gb",
      "deploy4me-sandbox-office-wiki s-1vcpu-1gb",
    ]);
  });
});

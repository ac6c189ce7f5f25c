import { admin } from "../../../../cli/admin";
import { lookingToken } from "../../fixture/token";
import type { CloudKind } from "../cloud";
import { commonMistakes } from "../mistakes";
import { DigitalOceanAccount, region } from "./account";

export const digitalOcean: CloudKind = {
  title: "DigitalOcean",
  start: {},
  ranges: ({ ranges }) => ranges,
  room: ({ room }) => room,
  region,
  settings: { region },
  adminAccessVariable: "DEPLOY4ME_ADMIN_ACCESS",
  environment: () => ({}),
  secretFiles: ({ cloud }) => [cloud.tokenFile],
  machineType: "digitalocean:index/droplet:Droplet",
  bastionAddresses: ["reserved", "ipv4", "ipv6"],
  firewallDrift: { resource: "office-network-bastion-firewall", shows: /8085/ },
  askMetadata: `
def ask(opener):
    return opener.open("http://169.254.169.254/metadata/v1/id", timeout=3).status
`,
  mistakes: [
    ...commonMistakes,
    {
      title: "a private network that overlaps a range the cloud keeps for itself",
      config: { networkRange: "10.244.8.0/24" },
      sentence:
        /networkRange must not overlap 10\.244\.0\.0\/16, which the cloud keeps for itself \(it is 10\.244\.8\.0\/24\)\./,
    },
    {
      title: "a private network that overlaps another one of the account",
      config: { networkRange: "10.20.0.128/25" },
      sentence: /This range\/size overlaps with another VPC network in your account: \S+ 10\.20\.0\.0\/24/,
    },
    {
      title: "a region that does not have the size",
      config: { bastionSize: "m-2vcpu-16gb-nowhere" },
      sentence: /bastionSize has to be a size that region fra1 has, such as .* \(it is m-2vcpu-16gb-nowhere\)\./,
      byCloud: true,
    },
    {
      title: "a size that is too small for the software",
      config: { software: [{ name: "blog", software: "wordpress", size: "s-1vcpu-512mb-10gb" }] },
      sentence: /software\[0\]\.size has to have at least 1024 MB of memory, such as .* \(it is s-1vcpu-512mb-10gb\)\./,
      byCloud: true,
    },
  ],
  account: ({ cloud }) => new DigitalOceanAccount(cloud),
  watcher: async (world) => new DigitalOceanAccount(await lookingToken(world, "aiming")),
  // It was made within the limits. The files after it ask more in a minute than anybody with one deployment.
  deployed: async ({ home }) => {
    await admin(home.sandbox, "PUT", "/rate-limits", { enabled: false });
  },
};

import { TestRoom } from "./room";
import type { Actor } from "./actors";

let room: TestRoom;
let web: Actor, wiki: Actor;

beforeAll(async () => {
  room = await TestRoom.open();
  await room.network.setNetworks([{ id: "a", range: "10.20.0.0/20" }]);
  const machines = [
    room.machine(1, "a", "10.20.0.2", {
      userData: "#cloud-config\n{}\n",
      tags: ["web", "blue"],
      sshKeys: ["ssh-ed25519 AAAA one"],
    }),
    room.machine(2, "a", "10.20.0.3", { publicly: false, userData: "other" }),
  ];
  await room.network.describe(machines);
  [web, wiki] = (await Promise.all(machines.map((machine) => room.boot(machine)))) as [Actor, Actor];
});
afterAll(() => room.close());

const ask = (who: Actor, path: string) => who.fetch(`http://169.254.169.254/metadata/${path}`);

test("each machine hears of itself, by whichever of its addresses it asks", async () => {
  expect(await ask(web, "v1/hostname")).toBe("machine-1");
  expect(await ask(wiki, "v1/hostname")).toBe("machine-2");
  expect(await ask(wiki, "v1/user-data")).toBe("other");
});

test("whoever is no machine of this cloud finds nothing", async () => {
  expect(await ask(await room.boot(room.machine(3, "a", "10.20.0.4")), "v1/hostname")).toBe("404");
});

test("the document is the one that DigitalOcean describes", async () => {
  const ipv4 = room.address("public", 1);
  const last = ipv4.split(".")[3] ?? "";
  const gateway = room.network.ranges.public[0]!.replace(/(\d+)\/27$/, (_, first: string) => String(Number(first) + 1));
  const index = room.network.ranges.visitor.namespace.split("-")[1] ?? "";
  expect(JSON.parse(await ask(web, "v1.json"))).toEqual({
    droplet_id: 1,
    hostname: "machine-1",
    user_data: "#cloud-config\n{}\n",
    vendor_data: "",
    public_keys: ["ssh-ed25519 AAAA one"],
    region: "nyc3",
    interfaces: {
      public: [
        {
          type: "public",
          mac: `02:${index}1:00:00:00:01`,
          ipv4: { ip_address: ipv4, netmask: "255.255.255.224", gateway },
          ipv6: { ip_address: room.address("ipv6", 1), cidr: 64, gateway: room.address("ipv6", -3) },
          anchor_ipv4: { ip_address: `10.17.0.${last}`, netmask: "255.255.0.0", gateway: "10.17.0.1" },
        },
      ],
      private: [
        {
          type: "private",
          mac: `02:${index}2:00:00:00:01`,
          ipv4: { ip_address: "10.20.0.2", netmask: "255.255.240.0", gateway: "10.20.0.1" },
        },
      ],
    },
    floating_ip: { ipv4: { active: false } },
    reserved_ip: { ipv4: { active: false }, ipv6: { active: false } },
    dns: { nameservers: [gateway] },
    tags: ["web", "blue"],
    features: { dhcp_enabled: false },
  });
});

test("its parts are texts at paths of their own, and folders list what is in them", async () => {
  expect(await ask(web, "v1/")).toBe(
    "id\nhostname\nuser-data\nvendor-data\npublic-keys\nregion\ninterfaces/\ndns/\nfloating_ip/\nreserved_ip/\ntags\nfeatures/",
  );
  expect(await ask(web, "v1/interfaces/public/0/ipv4/address")).toBe(room.address("public", 1));
  expect(await ask(web, "v1/interfaces/private/0/ipv4/netmask")).toBe("255.255.240.0");
  expect(await ask(web, "v1/tags/")).toBe("web\nblue");
  expect(await ask(wiki, "v1/interfaces/")).toBe("private/");
  expect(await ask(web, "v1/nothing")).toBe("404");
  expect(await ask(web, "v1/constructor")).toBe("404");
});

test("a reserved address shows as soon as it leads to the machine", async () => {
  const address = room.address("reserved", 0);
  await room.network.setReservedAddresses([{ address, machineId: 1 }]);
  expect(await ask(web, "v1/reserved_ip/ipv4/active")).toBe("true");
  expect(await ask(web, "v1/reserved_ip/ipv4/ip_address")).toBe(address);
  expect(await ask(wiki, "v1/reserved_ip/ipv4/active")).toBe("false");
  const ipv6 = room.address("reservedIpv6", 0);
  await room.network.setReservedAddresses([
    { address, machineId: 1 },
    { address: ipv6, machineId: 1 },
  ]);
  expect(await ask(web, "v1/reserved_ip/ipv4/ip_address")).toBe(address);
  expect(await ask(web, "v1/reserved_ip/ipv6/ip_address")).toBe(ipv6);
});

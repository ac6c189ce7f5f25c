import { type Inventory, statusText } from "../../cli/status";

const sandbox = {
  apiUrl: "http://127.0.0.1:4000",
  tlsUrl: "https://127.0.0.1:4001",
  caFile: "/sandbox/ca.pem",
  ranges: {
    public: [],
    reserved: [],
    ipv6: [],
    reservedIpv6: [],
    deployer: { ipv4: "203.0.113.2" },
    visitor: { ipv4: "203.0.113.3", ipv6: "2001:db8::3", namespace: "visitor" },
  },
};

describe("the status of a sandbox", () => {
  test("shows each machine with all its addresses", () => {
    const droplet = (id: number, name: string, address: string, type: string): Inventory["droplets"][number] => ({
      id,
      name,
      status: "active",
      memory: 1024,
      networks: { v4: [{ ip_address: address, type }], v6: [] },
    });
    const text = statusText(sandbox, {
      droplets: [droplet(1, "bastion", "203.0.113.4", "public"), droplet(2, "wiki", "10.20.0.5", "private")],
      reservedIps: [{ ip: "198.51.100.4", droplet: { id: 1 } }],
      domains: ["deploy4me.example"],
      memoryInUse: { 1: 61, 2: 204 },
    });
    expect(text).toBe(
      [
        "API       http://127.0.0.1:4000",
        "over TLS  https://127.0.0.1:4001 (authority: /sandbox/ca.pem)",
        "deployer  203.0.113.2",
        "visitor   203.0.113.3 2001:db8::3",
        "domains   deploy4me.example",
        "machines",
        "  bastion  active  61 of 1024 MB   198.51.100.4 (reserved) 203.0.113.4",
        "  wiki     active  204 of 1024 MB  10.20.0.5",
      ].join("\n"),
    );
  });

  test("of an empty one says so", () => {
    const text = statusText(sandbox, { droplets: [], reservedIps: [], domains: [], memoryInUse: {} });
    expect(text).toContain("machines  none");
    expect(text).toContain("domains   none");
  });
});

import type { MachineSpec } from "../../../../sandbox/hosts/hosts";
import { openNetwork } from "../../../../sandbox/hosts/network";

/** Opens the network of a directory, attaches a machine, says so, and waits to be killed. */
async function main(directory: string): Promise<void> {
  const network = await openNetwork({ directory, log: () => undefined });
  await network.setNetworks([{ id: "vpc", range: "10.20.0.0/20" }]);
  const { visitor, public: ranges } = network.ranges;
  const machine: MachineSpec = {
    id: 1,
    hostname: "machine-1",
    region: "nyc3",
    userData: "",
    sshKeys: [],
    tags: [],
    memoryMb: 512,
    vcpus: 1,
    public: { ipv4: (ranges[0] ?? "").replace(/(\d+)\/27$/, (_, first: string) => String(Number(first) + 4)) },
    private: { networkId: "vpc", ipv4: "10.20.0.2" },
  };
  await network.attach(machine);
  process.send?.({ prefix: visitor.namespace.replace("visitor", ""), machine });
  process.on("message", () => undefined);
}

void main(process.argv[2] ?? "");

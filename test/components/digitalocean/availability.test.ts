import { checkAvailability } from "../../../components/digitalocean/availability";
import { findUnavailable } from "../../../components/digitalocean/sizes";
import { cloud } from "./mocks";

const bastion = { path: ["bastionSize"] as (string | number)[], size: "s-1vcpu-1gb", memoryMb: 512 };
const check = (region: string, ...wanted: (typeof bastion)[]) => {
  checkAvailability(region, wanted, cloud.regions, cloud.sizes);
};

describe("what the cloud has", () => {
  test("is enough", () => {
    expect(() => {
      check("fra1", bastion);
    }).not.toThrow();
  });

  test("no such region", () => {
    expect(() => {
      check("atl1");
    }).toThrow("region has to be one of fra1 (it is atl1).");
  });

  test("a region that takes no new machines", () => {
    expect(() => {
      check("nyc2");
    }).toThrow("region has to be one of fra1 (it is nyc2).");
  });

  test("a size that the region has not", () => {
    expect(() => {
      check("fra1", { ...bastion, size: "s-1vcpu-2gb" });
    }).toThrow(
      "bastionSize has to be a size that region fra1 has, such as s-1vcpu-512mb-10gb, s-1vcpu-1gb (it is s-1vcpu-2gb).",
    );
  });

  test("a size that is none, and what was probably meant", () => {
    expect(() => {
      check("fra1", { ...bastion, size: "s-1vpcu-1gb" });
    }).toThrow("such as s-1vcpu-512mb-10gb, s-1vcpu-1gb: did you mean s-1vcpu-1gb? (it is s-1vpcu-1gb).");
  });

  test("neither the region nor the size", () => {
    const wanted = [{ ...bastion, size: "s-1vpcu-2gb" }];
    expect(findUnavailable("fra2", wanted, cloud.regions, cloud.sizes)).toMatchObject([
      { path: ["region"], suggestion: "fra1" },
      { path: ["bastionSize"], suggestion: "s-1vcpu-2gb" },
    ]);
  });

  test("a size that is too small for the software", () => {
    expect(() => {
      check("fra1", { path: ["software", 0, "size"], size: "s-1vcpu-512mb-10gb", memoryMb: 1024 });
    }).toThrow(
      "software[0].size has to have at least 1024 MB of memory, such as s-1vcpu-1gb (it is s-1vcpu-512mb-10gb).",
    );
  });
});

import { inOwnNames, places, regionOn, sizeOn } from "../../programs/on-every-cloud";
import { requestFrom } from "../../programs/configuration";

const stack = {
  domain: "example.com",
  region: "frankfurt",
  bastionSize: "small",
  adminAccess: ["203.0.113.7/32"],
  software: [
    { name: "wiki", software: "dokuwiki", size: "medium" },
    { name: "site", software: "wordpress" },
  ],
};
const of = (config: Record<string, unknown>) => inOwnNames(requestFrom((key) => config[key], {}));

test("a stack changes its cloud by one line", () => {
  expect(of(stack)).toMatchObject({
    region: "fra1",
    bastionSize: "s-1vcpu-1gb",
    software: [{ size: "s-1vcpu-2gb" }, {}],
  });
  expect(of({ ...stack, cloud: "aws" })).toMatchObject({
    cloud: "aws",
    region: "eu-central-1",
    bastionSize: "t3.micro",
    software: [{ size: "t3.small" }, {}],
  });
});

test("a cloud's own names stay, and so does what is none", () => {
  expect(of({ ...stack, region: "lon1", bastionSize: "c-2" })).toMatchObject({ region: "lon1", bastionSize: "c-2" });
  expect(of({ ...stack, bastionSize: undefined })).not.toHaveProperty("bastionSize");
  for (const name of ["constructor", "toString", "__proto__", ""]) {
    expect(regionOn("aws", name)).toBe(name);
    expect(sizeOn("aws", name)).toBe(name);
  }
});

test("no place has the name of a region", () => {
  const regions = Object.values(places).flatMap(({ digitalocean, aws }) => [digitalocean, aws]);
  expect(Object.keys(places).filter((name) => regions.includes(name))).toEqual([]);
});

import { BusinessDeployment } from "../../../components/aws/deployment";
import { neededOfAws } from "../../../driver/request/aws-needs";
import { toDeployment } from "../../../driver/request/deployment";
import { parseRequest } from "../../../driver/request/parse";
import { inOwnNames } from "../../../programs/on-every-cloud";
import { playCloud } from "../../components/aws/mocks";
import { settled } from "../../components/recorded";
import { least } from "./requests";

test("what a request takes of an account's quotas is what its deployment makes", async () => {
  const request = parseRequest({
    ...least,
    cloud: "aws",
    region: "frankfurt",
    bastionSize: "small",
    software: [
      { name: "wiki", software: "dokuwiki", size: "medium" },
      { name: "blog", software: "wordpress" },
    ],
    tls: { issuer: "private-ca" },
  });
  const made = playCloud();
  const deployment = inOwnNames(toDeployment(request));
  if (deployment.cloud !== "aws") throw new Error("it is for another cloud");
  new BusinessDeployment(deployment.name, deployment);
  await settled();
  const of = (type: string) => made.filter((one) => one.type === type);
  const machines = of("aws:ec2/instance:Instance").map(({ inputs }) => String(inputs.instanceType));
  const needed = neededOfAws(request);
  expect([...(needed.machines ?? [])].sort()).toEqual(machines.sort());
  expect(machines).toHaveLength(3);
  expect(needed).toMatchObject({
    addresses: of("aws:ec2/eip:Eip").length,
    networks: of("aws:ec2/vpc:Vpc").length,
  });
});

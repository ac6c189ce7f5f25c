import * as pulumi from "@pulumi/pulumi";

import { machineOutputs, type Outputs, record, type Registered } from "../recorded";

/** What the mocks play of AWS. */
export const cloud = {
  regions: ["eu-central-1", "us-east-1"],
  zones: ["eu-central-1a", "eu-central-1b", "eu-central-1c"],
  memory: { "t3.nano": 512, "t3.micro": 1024, "t3.small": 2048 } as Readonly<Record<string, number>>,
};

/**
 * Plays engine and AWS. Records every resource; a type or a function that is not listed here is an error, so that nothing
 * is made without a test's knowledge.
 */
export function playCloud(project = "deploy4me"): Registered[] {
  const registered: Registered[] = [];
  void pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        if (type.startsWith("deploy4me:")) return { id: undefined, state: {} };
        const outputs = outputsOf[type];
        if (!outputs) throw new Error(`nobody expects a resource of type ${type}`);
        return { id: `${name}-id`, state: { ...(inputs as object), ...outputs(name) } };
      },
      call: ({ token, inputs }) => {
        const answer = functions[token];
        if (!answer) throw new Error(`nobody expects a call of ${token}`);
        return answer(inputs as Arguments);
      },
    },
    project,
    "sandbox",
    false,
  );
  record(registered);
  return registered;
}

interface Arguments {
  readonly instanceType: string;
  readonly filters: readonly { readonly values: readonly string[] }[];
}

const functions: Readonly<Record<string, (args: Arguments) => object>> = {
  "aws:index/getRegions:getRegions": () => ({ names: cloud.regions }),
  "aws:index/getAvailabilityZones:getAvailabilityZones": () => ({ names: cloud.zones }),
  "aws:ec2/getInstanceTypeOfferings:getInstanceTypeOfferings": ({ filters }) => {
    const wanted = filters[0]!.values.filter((type) => cloud.memory[type] !== undefined);
    const offers = wanted.flatMap((type) => cloud.zones.map((zone) => [type, zone] as const));
    return { instanceTypes: offers.map(([type]) => type), locations: offers.map(([, zone]) => zone) };
  },
  "aws:ec2/getInstanceType:getInstanceType": ({ instanceType }) => ({ memorySize: cloud.memory[instanceType] }),
  "aws:ec2/getAmi:getAmi": () => ({ id: "ami-0123456789abcdef0" }),
  "aws:ec2/getInstances:getInstances": () => ({ ids: [] }),
};

const arn = (name: string) => ({ arn: `arn:aws:s3:::${name}` });

const outputsOf: Outputs = {
  "aws:ec2/vpc:Vpc": () => ({ ipv6CidrBlock: "2001:db8:1234:1a00::/56" }),
  "aws:ec2/internetGateway:InternetGateway": () => ({}),
  "aws:ec2/routeTable:RouteTable": () => ({}),
  "aws:ec2/route:Route": () => ({}),
  "aws:ec2/subnet:Subnet": () => ({}),
  "aws:ec2/routeTableAssociation:RouteTableAssociation": () => ({}),
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": () => ({}),
  "aws:ec2/securityGroup:SecurityGroup": () => ({}),
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": () => ({}),
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": () => ({}),
  "aws:ec2/vpcSecurityGroupRulesExclusive:VpcSecurityGroupRulesExclusive": () => ({}),
  "aws:ec2/vpcEndpoint:VpcEndpoint": () => ({ prefixListId: "pl-1" }),
  "aws:ec2/flowLog:FlowLog": () => ({}),
  "aws:ec2/keyPair:KeyPair": () => ({}),
  "aws:ec2/instance:Instance": (name) => ({
    privateIp: name.includes("bastion") ? "10.20.0.4" : "10.20.0.132",
    ipv6Addresses: name.includes("bastion") ? ["2001:db8:1234:1a00::4"] : [],
  }),
  "aws:ec2/eip:Eip": () => ({ publicIp: "203.0.113.20" }),
  "aws:s3/bucket:Bucket": arn,
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": () => ({}),
  "aws:s3/bucketOwnershipControls:BucketOwnershipControls": () => ({}),
  "aws:s3/bucketPolicy:BucketPolicy": () => ({}),
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": () => ({}),
  "aws:s3/bucketVersioning:BucketVersioning": () => ({}),
  "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": () => ({}),
  "aws:iam/role:Role": () => ({}),
  "aws:iam/rolePolicy:RolePolicy": () => ({}),
  "aws:iam/instanceProfile:InstanceProfile": () => ({}),
  "aws:route53/zone:Zone": () => ({ zoneId: "Z1", nameServers: ["ns-1.example"] }),
  "aws:route53/record:Record": () => ({}),
  ...machineOutputs,
};

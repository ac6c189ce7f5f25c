import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  DescribeSecurityGroupsCommand,
  type EC2Client,
  type IpPermission,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
  type SecurityGroup,
} from "@aws-sdk/client-ec2";

import type { Undo } from "../cloud";

/** Every protocol and port, of both families. */
export const everything: IpPermission = {
  IpProtocol: "-1",
  IpRanges: [{ CidrIp: "0.0.0.0/0" }],
  Ipv6Ranges: [{ CidrIpv6: "::/0" }],
};

/** The deployment's groups whose names are like this. */
export async function groupsNamed(ec2: EC2Client, name: RegExp): Promise<SecurityGroup[]> {
  const { SecurityGroups = [] } = await ec2.send(new DescribeSecurityGroupsCommand({}));
  const found = SecurityGroups.filter(
    ({ GroupName = "" }) => GroupName.startsWith("deploy4me-") && name.test(GroupName),
  );
  if (found.length === 0) throw new Error(`the account has no security group like ${name.source}`);
  return found;
}

interface Rules {
  readonly ingress: IpPermission[];
  readonly egress: IpPermission[];
}

export async function admitsEverything(ec2: EC2Client, GroupId: string | undefined, rules: Rules): Promise<void> {
  await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: rules.ingress }));
  if (rules.egress.length > 0)
    await ec2.send(new AuthorizeSecurityGroupEgressCommand({ GroupId, IpPermissions: rules.egress }));
}

/** Has a group admit everything beside what it admits. */
export async function open(ec2: EC2Client, { GroupId }: SecurityGroup): Promise<Undo> {
  await admitsEverything(ec2, GroupId, { ingress: [everything], egress: [everything] });
  return async () => {
    await ec2.send(new RevokeSecurityGroupIngressCommand({ GroupId, IpPermissions: [everything] }));
    await ec2.send(new RevokeSecurityGroupEgressCommand({ GroupId, IpPermissions: [everything] }));
  };
}

export function admits({ IpPermissions = [] }: SecurityGroup, port: number): boolean {
  return IpPermissions.some(
    ({ IpProtocol, FromPort = 0, ToPort = 65535 }) =>
      IpProtocol === "-1" || (IpProtocol === "tcp" && FromPort <= port && port <= ToPort),
  );
}

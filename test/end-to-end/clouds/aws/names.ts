import {
  type ChangeAction,
  ChangeResourceRecordSetsCommand,
  ListHostedZonesByNameCommand,
  Route53Client,
} from "@aws-sdk/client-route-53";

import type { Undo } from "../cloud";
import type { AwsAccess } from "./account";

export async function addRecord(access: AwsAccess, domain: string, label: string, address: string): Promise<Undo> {
  const route53 = new Route53Client(access);
  const { HostedZones = [] } = await route53.send(new ListHostedZonesByNameCommand({ DNSName: domain }));
  const zone = HostedZones.find(({ Name }) => Name === `${domain}.`);
  const record = {
    Name: `${label}.${domain}`,
    Type: "A" as const,
    TTL: 30,
    ResourceRecords: [{ Value: address }],
  };
  const change = (Action: ChangeAction) =>
    route53.send(
      new ChangeResourceRecordSetsCommand({
        HostedZoneId: zone?.Id,
        ChangeBatch: { Changes: [{ Action, ResourceRecordSet: record }] },
      }),
    );
  await change("CREATE");
  return async () => {
    await change("DELETE");
  };
}

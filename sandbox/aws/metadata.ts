import { randomBytes } from "node:crypto";

import type { InstanceMetadata, MetadataFolder } from "../hosts/hosts";
import type { InstanceFound, Inventory } from "./inventory";
import type { MachineOf } from "./likeness";

/** How long credentials are good for, in milliseconds: six hours. */
const credentialLife = 6 * 3_600_000;

interface Credentials {
  readonly role: string;
  readonly text: string;
}

/**
 * What instances are told of themselves. Without tags, which an instance shows only where that was asked for, and without
 * MAC addresses: interfaces of the sandbox's machines have others than those of the API.
 */
export class Metadata {
  private readonly credentials = new Map<string, Credentials>();

  of({ instances }: Inventory, machineOf: MachineOf): InstanceMetadata[] {
    return instances.flatMap((instance) => {
      const machineId = machineOf(instance.id);
      return machineId === undefined
        ? []
        : [{ machineId, ...instance.metadata, content: { "meta-data": this.tree(instance), ...others(instance) } }];
    });
  }

  private tree(instance: InstanceFound): MetadataFolder {
    const { id, imageId, type, privateAddress, address, ipv6Address, zone, region, groupNames, profile } = instance;
    const hostname = `ip-${privateAddress.replaceAll(".", "-")}.${region}.compute.internal`;
    return {
      "ami-id": imageId,
      ...(profile && { iam: this.identity(id, profile) }),
      hostname,
      "instance-id": id,
      "instance-type": type,
      ...(ipv6Address !== undefined && { ipv6: ipv6Address }),
      "local-hostname": hostname,
      "local-ipv4": privateAddress,
      placement: { "availability-zone": zone, region },
      ...(address !== undefined && { "public-ipv4": address }),
      "security-groups": groupNames.join("\n"),
      services: { domain: "amazonaws.com", partition: "aws" },
    };
  }

  private identity(id: string, { arn, role }: NonNullable<InstanceFound["profile"]>): MetadataFolder {
    const info = { Code: "Success", LastUpdated: new Date().toISOString(), InstanceProfileArn: arn };
    return {
      info: JSON.stringify(info),
      "security-credentials": role === undefined ? {} : { [role]: this.credentialsOf(id, role) },
    };
  }

  /** As AWS's are; the sandbox takes any. */
  private credentialsOf(id: string, role: string): string {
    const known = this.credentials.get(id);
    if (known?.role === role) return known.text;
    const now = Date.now();
    const text = JSON.stringify({
      Code: "Success",
      LastUpdated: new Date(now).toISOString(),
      Type: "AWS-HMAC",
      AccessKeyId: `ASIA${randomBytes(8).toString("hex").toUpperCase()}`,
      SecretAccessKey: randomBytes(30).toString("base64"),
      Token: randomBytes(120).toString("base64"),
      Expiration: new Date(now + credentialLife).toISOString(),
    });
    this.credentials.set(id, { role, text });
    return text;
  }
}

function others({ userData, id, imageId, type, privateAddress, zone, region }: InstanceFound): MetadataFolder {
  const document = {
    architecture: "x86_64",
    availabilityZone: zone,
    imageId,
    instanceId: id,
    instanceType: type,
    privateIp: privateAddress,
    region,
    version: "2017-09-30",
  };
  return {
    dynamic: { "instance-identity": { document: JSON.stringify(document, undefined, 2) } },
    ...(userData !== "" && { "user-data": userData }),
  };
}

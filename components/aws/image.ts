import * as aws from "@pulumi/aws";
import type * as pulumi from "@pulumi/pulumi";

import { after } from "./after";

/** Debian's own account, by which its images are told from those of others (Debian wiki, «Cloud/AmazonEC2Image»). */
export const debianOwner = "136693071363";

/**
 * The newest image of Debian 13 in a region, by its owner and its name. Whoever uses it ignores later changes: a newer
 * image is for new machines alone.
 * @param ready what has the first word when AWS does not answer: that there is such a region, for one
 */
export function debianImage(
  region: string,
  ready: pulumi.Input<pulumi.Input<pulumi.Resource>[]>,
  options: pulumi.InvokeOptions,
): pulumi.Output<string> {
  const asked = aws.ec2.getAmi(
    {
      owners: [debianOwner],
      mostRecent: true,
      region,
      filters: [
        { name: "name", values: ["debian-13-amd64-*"] },
        { name: "architecture", values: ["x86_64"] },
        { name: "virtualization-type", values: ["hvm"] },
        { name: "root-device-type", values: ["ebs"] },
      ],
    },
    options,
  );
  return after(ready, asked).apply(({ id }) => id);
}

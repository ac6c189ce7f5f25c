import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { EC2Client } from "@aws-sdk/client-ec2";

import { projectRoot } from "../../../cli/home";
import { Moto } from "../../../sandbox/aws/moto";
import { layoutOf } from "../../../sandbox/hosts/network/addresses";
import { freePort } from "../../components/aws/moto";

export const region = "eu-central-1";

/** The API of the sandbox's AWS, and nothing behind it: no machines. */
export interface BareApi {
  readonly moto: Moto;
  readonly ec2: EC2Client;
  close(): Promise<void>;
}

export async function openApi(): Promise<BareApi> {
  const directory = mkdtempSync(join(tmpdir(), "deploy4me-aws-"));
  const root = projectRoot();
  const moto = await Moto.start({
    environment: join(root, ".deploy4me", "moto"),
    source: join(root, "sandbox", "aws"),
    directory,
    port: await freePort(),
    ranges: layoutOf(0).ranges,
  });
  const credentials = { accessKeyId: "a", secretAccessKey: "b" };
  const ec2 = new EC2Client({ endpoint: moto.url, region, credentials, maxAttempts: 1 });
  return {
    moto,
    ec2,
    close: async () => {
      ec2.destroy();
      await moto.stop();
      rmSync(directory, { recursive: true });
    },
  };
}

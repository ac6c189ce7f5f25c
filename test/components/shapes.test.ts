import * as aws from "../../components/aws";
import type { BastionShape, ServerShape } from "../../components/composition";
import type { BusinessDeploymentArgs, BusinessDeploymentOutputs } from "../../components/deployment";
import * as digitalocean from "../../components/digitalocean";

/** Whether two sets of names are the same; when they are not, this file does not compile. */
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;
/** What a cloud may add to the arguments that all clouds share. */
type Own<Args, Additions extends PropertyKey> = Exclude<keyof Args, keyof BusinessDeploymentArgs | Additions>;

const shapes = {
  deployments: true satisfies Same<keyof aws.BusinessDeployment, keyof digitalocean.BusinessDeployment>,
  bastions: true satisfies Same<keyof aws.Bastion, keyof digitalocean.Bastion>,
  servers: true satisfies Same<keyof aws.Server, keyof digitalocean.Server>,
  outputs: true satisfies Same<
    Exclude<keyof aws.BusinessDeployment, keyof digitalocean.Network>,
    keyof BusinessDeploymentOutputs
  >,
  arguments: [
    true satisfies Same<Own<digitalocean.DigitalOceanDeploymentArgs, "transform" | "expected">, never>,
    true satisfies Same<Own<aws.AwsDeploymentArgs, "transform" | "owner" | "flowLogs">, never>,
  ],
};
const bastions: readonly (new (...args: never[]) => BastionShape)[] = [aws.Bastion, digitalocean.Bastion];
const servers: readonly (new (...args: never[]) => ServerShape)[] = [aws.Server, digitalocean.Server];

test("both clouds have the same components; AWS has some of its own beside them", () => {
  const ofAws = Object.keys(aws);
  expect(ofAws).toEqual(expect.arrayContaining(Object.keys(digitalocean)));
  expect(ofAws.filter((name) => !(name in digitalocean)).sort()).toEqual(["BackupStore", "FlowLogs", "PrivateBucket"]);
});

test("they are named alike, and so are their types in the state", () => {
  for (const name of Object.keys(digitalocean)) {
    const pair = [aws, digitalocean].map(
      (cloud) => (cloud as Readonly<Record<string, { readonly name: string }>>)[name]?.name,
    );
    expect(pair).toEqual([name, name]);
  }
});

test("their public members are the same: otherwise this file would not have been compiled", () => {
  expect(Object.keys(shapes)).toHaveLength(5);
  expect([...bastions, ...servers]).toHaveLength(4);
});

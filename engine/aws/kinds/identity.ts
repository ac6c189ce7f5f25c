import {
  AddRoleToInstanceProfileCommand,
  CreateInstanceProfileCommand,
  CreateRoleCommand,
  DeleteInstanceProfileCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  GetInstanceProfileCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  PutRolePolicyCommand,
  RemoveRoleFromInstanceProfileCommand,
  TagInstanceProfileCommand,
  TagRoleCommand,
  UpdateAssumeRolePolicyCommand,
  UpdateRoleCommand,
} from "@aws-sdk/client-iam";

import { unlessGone } from "../gone";
import { type Aws, type Kind, nested, optionalText, text } from "../kind";
import { tagList, tagsFrom } from "../tags";

const role: Kind = {
  replacedBy: ["name"],
  async create({ iam }, inputs) {
    const name = text(inputs, "name");
    const { Role } = await iam.send(
      new CreateRoleCommand({
        RoleName: name,
        AssumeRolePolicyDocument: text(inputs, "assumeRolePolicy"),
        Description: optionalText(inputs, "description"),
        Tags: tagList(nested(inputs, "tags")),
      }),
    );
    return { id: name, state: { arn: Role?.Arn, uniqueId: Role?.RoleId } };
  },
  async read({ iam }, id) {
    const found = await unlessGone(iam.send(new GetRoleCommand({ RoleName: id })));
    const one = found?.Role;
    return (
      one && {
        name: one.RoleName,
        arn: one.Arn,
        assumeRolePolicy: decodeURIComponent(one.AssumeRolePolicyDocument ?? ""),
        tags: tagsFrom(one.Tags),
      }
    );
  },
  async update({ iam }, id, _before, after) {
    await iam.send(new UpdateRoleCommand({ RoleName: id, Description: optionalText(after, "description") }));
    const PolicyDocument = text(after, "assumeRolePolicy");
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: id, PolicyDocument }));
    await iam.send(new TagRoleCommand({ RoleName: id, Tags: tagList(nested(after, "tags")) }));
  },
  async remove({ iam }, id) {
    await unlessGone(iam.send(new DeleteRoleCommand({ RoleName: id })));
  },
};

const rolePolicy: Kind = {
  replacedBy: ["role", "name"],
  names: (inputs, earlier, resource) => ({ name: inputs.name ?? earlier.name ?? resource }),
  async create({ iam }, inputs) {
    const [RoleName, PolicyName] = [text(inputs, "role"), text(inputs, "name")];
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: text(inputs, "policy") }));
    return { id: `${RoleName}:${PolicyName}`, state: {} };
  },
  async read({ iam }, id) {
    const [RoleName = "", PolicyName = ""] = id.split(":");
    const found = await unlessGone(iam.send(new GetRolePolicyCommand({ RoleName, PolicyName })));
    return found && { role: RoleName, name: PolicyName, policy: decodeURIComponent(found.PolicyDocument ?? "") };
  },
  async update({ iam }, id, _before, after) {
    const [RoleName = "", PolicyName = ""] = id.split(":");
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument: text(after, "policy") }));
  },
  async remove({ iam }, id) {
    const [RoleName = "", PolicyName = ""] = id.split(":");
    await unlessGone(iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName })));
  },
};

const instanceProfile: Kind = {
  replacedBy: ["name"],
  deleteBeforeReplace: true,
  async create({ iam }, inputs) {
    const name = text(inputs, "name");
    const made = await iam.send(
      new CreateInstanceProfileCommand({ InstanceProfileName: name, Tags: tagList(nested(inputs, "tags")) }),
    );
    return { id: name, state: { arn: made.InstanceProfile?.Arn } };
  },
  async finish(aws, id, inputs) {
    await addRole(aws, id, optionalText(inputs, "role"));
    return undefined;
  },
  async read({ iam }, id) {
    const found = await unlessGone(iam.send(new GetInstanceProfileCommand({ InstanceProfileName: id })));
    const one = found?.InstanceProfile;
    return one && { name: id, arn: one.Arn, role: one.Roles?.[0]?.RoleName ?? "", tags: tagsFrom(one.Tags) };
  },
  async update(aws, id, _before, after) {
    await aws.iam.send(
      new TagInstanceProfileCommand({ InstanceProfileName: id, Tags: tagList(nested(after, "tags")) }),
    );
    const [has, wanted] = [(await instanceProfile.read(aws, id, after)) ?? {}, after].map((from) =>
      optionalText(from, "role"),
    );
    if (has === wanted) return;
    await removeRole(aws, id, has);
    await addRole(aws, id, wanted);
  },
  async remove(aws, id, state) {
    await removeRole(aws, id, optionalText(state, "role"));
    await unlessGone(aws.iam.send(new DeleteInstanceProfileCommand({ InstanceProfileName: id })));
  },
};

async function addRole({ iam }: Aws, InstanceProfileName: string, RoleName: string | undefined): Promise<void> {
  if (RoleName !== undefined) await iam.send(new AddRoleToInstanceProfileCommand({ InstanceProfileName, RoleName }));
}

async function removeRole({ iam }: Aws, InstanceProfileName: string, RoleName: string | undefined): Promise<void> {
  if (RoleName !== undefined)
    await unlessGone(iam.send(new RemoveRoleFromInstanceProfileCommand({ InstanceProfileName, RoleName })));
}

export const identityKinds: Readonly<Record<string, Kind>> = {
  "aws:iam/role:Role": role,
  "aws:iam/rolePolicy:RolePolicy": rolePolicy,
  "aws:iam/instanceProfile:InstanceProfile": instanceProfile,
};

import {
  CreateTagsCommand,
  DeleteTagsCommand,
  type ResourceType,
  type Tag,
  type TagSpecification,
} from "@aws-sdk/client-ec2";

import { type Aws, nested, type Properties } from "./kind";

/** A resource's tags, as EC2 takes them when it is made. */
export function tagSpecifications(type: ResourceType, inputs: Properties): TagSpecification[] {
  const tags = tagList(nested(inputs, "tags"));
  return tags.length === 0 ? [] : [{ ResourceType: type, Tags: tags }];
}

export function tagList(tags: Properties): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([key, value]) => ({ Key: key, Value: String(value) }));
}

/** AWS's own tags are nobody's business. */
export function tagsFrom(tags: readonly Tag[] = []): Record<string, string> {
  return Object.fromEntries(
    tags.flatMap(({ Key = "", Value = "" }) => (Key.startsWith("aws:") ? [] : [[Key, Value] as const])),
  );
}

/** Makes EC2's tags of a resource those that are wanted. */
export async function retag(aws: Aws, id: string, before: Properties, after: Properties): Promise<void> {
  const [old, wanted] = [nested(before, "tags"), nested(after, "tags")];
  const gone = Object.keys(old).filter((key) => !(key in wanted));
  if (gone.length > 0)
    await aws.ec2.send(new DeleteTagsCommand({ Resources: [id], Tags: gone.map((Key) => ({ Key })) }));
  const changed = Object.entries(wanted).filter(([key, value]) => old[key] !== value);
  if (changed.length > 0)
    await aws.ec2.send(new CreateTagsCommand({ Resources: [id], Tags: tagList(Object.fromEntries(changed)) }));
}

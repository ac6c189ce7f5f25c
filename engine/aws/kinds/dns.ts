import {
  ChangeResourceRecordSetsCommand,
  ChangeTagsForResourceCommand,
  CreateHostedZoneCommand,
  DeleteHostedZoneCommand,
  GetHostedZoneCommand,
  ListResourceRecordSetsCommand,
  ListTagsForResourceCommand,
  type RRType,
  UpdateHostedZoneCommentCommand,
} from "@aws-sdk/client-route-53";

import { isGone, unlessGone } from "../gone";
import { type Aws, type Kind, nested, number, optionalText, type Properties, text, texts } from "../kind";
import { tagList, tagsFrom } from "../tags";

/** `/hostedzone/Z1` → `Z1` */
const short = (id = ""): string => id.replace(/^\/hostedzone\//, "");
const withoutDot = (name = ""): string => name.replace(/\.$/, "");

const zone: Kind = {
  replacedBy: ["name"],
  defaults: { comment: "Managed by Pulumi" },
  async create(aws, inputs) {
    const made = await aws.route53.send(
      new CreateHostedZoneCommand({
        Name: text(inputs, "name"),
        CallerReference: `deploy4me-${Date.now()}-${Math.random().toString(36).slice(2)}`,
        HostedZoneConfig: { Comment: optionalText(inputs, "comment"), PrivateZone: false },
      }),
    );
    const id = short(made.HostedZone?.Id);
    return { id, state: { zoneId: id, nameServers: made.DelegationSet?.NameServers ?? [] } };
  },
  async finish(aws, id, inputs) {
    await tag(aws, id, inputs);
    return undefined;
  },
  async read({ route53 }, id) {
    const found = await unlessGone(route53.send(new GetHostedZoneCommand({ Id: id })));
    if (found === undefined) return undefined;
    const tags = await route53.send(new ListTagsForResourceCommand({ ResourceType: "hostedzone", ResourceId: id }));
    return {
      name: withoutDot(found.HostedZone?.Name),
      zoneId: id,
      comment: found.HostedZone?.Config?.Comment ?? "",
      nameServers: found.DelegationSet?.NameServers ?? [],
      tags: tagsFrom(tags.ResourceTagSet?.Tags),
    };
  },
  async update(aws, id, _before, after) {
    await aws.route53.send(new UpdateHostedZoneCommentCommand({ Id: id, Comment: optionalText(after, "comment") }));
    await tag(aws, id, after);
  },
  async remove({ route53 }, id) {
    await unlessGone(route53.send(new DeleteHostedZoneCommand({ Id: id })));
  },
};

async function tag({ route53 }: Aws, id: string, inputs: Properties): Promise<void> {
  const AddTags = tagList(nested(inputs, "tags"));
  if (AddTags.length === 0) return;
  await route53.send(new ChangeTagsForResourceCommand({ ResourceType: "hostedzone", ResourceId: id, AddTags }));
}

function recordSet(inputs: Properties) {
  return {
    Name: text(inputs, "name"),
    Type: text(inputs, "type") as RRType,
    TTL: number(inputs, "ttl"),
    ResourceRecords: texts(inputs, "records").map((Value) => ({ Value })),
  };
}

async function change(aws: Aws, action: "CREATE" | "UPSERT" | "DELETE", inputs: Properties): Promise<void> {
  await aws.route53.send(
    new ChangeResourceRecordSetsCommand({
      HostedZoneId: text(inputs, "zoneId"),
      ChangeBatch: { Changes: [{ Action: action, ResourceRecordSet: recordSet(inputs) }] },
    }),
  );
}

const record: Kind = {
  replacedBy: ["zoneId", "name", "type"],
  async create(aws, inputs) {
    await change(aws, inputs.allowOverwrite === true ? "UPSERT" : "CREATE", inputs);
    const name = text(inputs, "name");
    return { id: `${text(inputs, "zoneId")}_${name}_${text(inputs, "type")}`, state: { fqdn: name } };
  },
  async read({ route53 }, _id, state) {
    const [name, type] = [text(state, "name"), text(state, "type")];
    const found = await unlessGone(
      route53.send(
        new ListResourceRecordSetsCommand({
          HostedZoneId: text(state, "zoneId"),
          StartRecordName: name,
          StartRecordType: type as RRType,
          MaxItems: 1,
        }),
      ),
    );
    const one = found?.ResourceRecordSets?.find((set) => withoutDot(set.Name) === name && set.Type === type);
    return one && { ttl: one.TTL, records: (one.ResourceRecords ?? []).map(({ Value }) => Value), fqdn: name };
  },
  async update(aws, _id, _before, after) {
    await change(aws, "UPSERT", after);
  },
  async remove(aws, _id, state) {
    try {
      await change(aws, "DELETE", state);
    } catch (error) {
      if (isGone(error)) return;
      // Gone, or changed: «but it was not found».
      if (error instanceof Error && error.name === "InvalidChangeBatch" && error.message.includes("not found")) return;
      throw error;
    }
  },
};

export const dnsKinds: Readonly<Record<string, Kind>> = {
  "aws:route53/zone:Zone": zone,
  "aws:route53/record:Record": record,
};

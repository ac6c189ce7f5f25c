import type {
  HostedZone,
  ListHostedZonesByNameRequest,
  ListHostedZonesByNameResponse,
  ResourceRecordSet,
  RRType,
  Tag,
} from "@aws-sdk/client-route-53";

import type { AwsRegion } from "./cloud";
import { type AwsKind, type Found, hasTags, tagsOf, text, textsOf, there } from "./kind";

/** `/hostedzone/Z1` → `Z1` */
const short = (id = ""): string => id.replace(/^\/hostedzone\//, "");
/** As Route 53 compares them: without the dot at the end, in lower case, and `*` for the octal digits that it is written with. */
const plain = (name = ""): string => name.replace(/\.$/, "").toLowerCase().replaceAll("\\052", "*");

/**
 * An account may have many zones of a name, and their tags come after them: one without any was made by an operation that died in
 * between when it bears our comment, and there is nothing in it but what every zone begins with.
 */
const zone: AwsKind = {
  async made(aws, inputs) {
    const [name, tags] = [text(inputs, "name"), tagsOf(inputs)];
    if (name === undefined || tags === undefined) return undefined;
    const found: Found[] = [];
    for (const { Id, Config, ResourceRecordSetCount = 0 } of await zonesNamed(aws, name)) {
      const id = short(Id);
      const bears = await tagsOfZone(aws, id);
      const isMarked = hasTags(tags, bears);
      const isNew = bears.length === 0 && ResourceRecordSetCount <= 2 && Config?.Comment === text(inputs, "comment");
      if (isMarked || isNew) found.push({ id, phase: "there", isMarked });
    }
    return found;
  },
  async left(aws, id) {
    const found = await aws.route53("GetHostedZone", (route53, sending) => route53.getHostedZone({ Id: id }, sending));
    return there(found && id)[0];
  },
};

/** Public ones: a private one of the same name is another thing. */
async function zonesNamed(aws: AwsRegion, name: string): Promise<readonly HostedZone[]> {
  const zones: HostedZone[] = [];
  let next: ListHostedZonesByNameRequest | undefined = { DNSName: name };
  while (next !== undefined) {
    const asked: ListHostedZonesByNameRequest = next;
    const found: ListHostedZonesByNameResponse | undefined = await aws.route53(
      "ListHostedZonesByName",
      (client, sending) => client.listHostedZonesByName(asked, sending),
    );
    const { HostedZones = [], IsTruncated = false, NextDNSName, NextHostedZoneId } = found ?? {};
    zones.push(...HostedZones.filter((one) => plain(one.Name) === plain(name) && one.Config?.PrivateZone !== true));
    // They come by their names.
    const goesOn = IsTruncated && plain(NextDNSName) === plain(name);
    next = goesOn ? { DNSName: NextDNSName, HostedZoneId: NextHostedZoneId } : undefined;
  }
  return zones;
}

async function tagsOfZone(aws: AwsRegion, ResourceId: string): Promise<readonly Tag[]> {
  const found = await aws.route53("ListTagsForResource", (route53, sending) =>
    route53.listTagsForResource({ ResourceType: "hostedzone", ResourceId }, sending),
  );
  return found?.ResourceTagSet?.Tags ?? [];
}

/**
 * A zone has one set of records of a name and type, and a second one is refused. It is ours when it says what was to be said: the
 * request is carried out whole or not at all, and what says something else is somebody's, whom AWS then protects by its refusal.
 */
const record: AwsKind = {
  async made(aws, inputs) {
    const wanted = textsOf(inputs, "zoneId", "name", "type");
    const { records } = inputs;
    if (wanted === undefined || !Array.isArray(records)) return undefined;
    // Routing policies tell sets of a name by this.
    const set = text(inputs, "setIdentifier");
    const { zoneId, name, type } = wanted;
    const asked = { HostedZoneId: zoneId, StartRecordName: name, StartRecordType: type as RRType };
    const found = await aws.route53("ListResourceRecordSets", (route53, sending) =>
      route53.listResourceRecordSets(asked, sending),
    );
    const one = found?.ResourceRecordSets?.find(
      (known) => plain(known.Name) === plain(name) && known.Type === type && known.SetIdentifier === set,
    );
    const isSame = one !== undefined && valuesOf(one).join("\n") === records.map(String).sort().join("\n");
    // As the official provider has it; AWS gives records none.
    return there(
      isSame ? [zoneId, name.toLowerCase(), type, ...(set === undefined ? [] : [set])].join("_") : undefined,
    );
  },
};

function valuesOf({ ResourceRecords = [] }: ResourceRecordSet): readonly string[] {
  return ResourceRecords.map(({ Value = "" }) => Value).sort();
}

export const dnsKinds: Readonly<Record<string, AwsKind>> = {
  "aws:route53/zone:Zone": zone,
  "aws:route53/record:Record": record,
};

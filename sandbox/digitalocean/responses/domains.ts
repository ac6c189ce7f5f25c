import type { Domain, DomainRecord } from "../state";

export function domainBody(domain: Domain): object {
  const { name, ttl } = domain;
  return { name, ttl, zone_file: zoneFile(domain) };
}

export function recordBody(record: DomainRecord): object {
  const { id, type, name, data, priority, port, ttl, weight, flags, tag } = record;
  return {
    id,
    type,
    name,
    data,
    priority: priority ?? null,
    port: port ?? null,
    ttl,
    weight: weight ?? null,
    flags: flags ?? null,
    tag: tag ?? null,
  };
}

/** The zone as a master file (RFC 1035, 5). */
function zoneFile({ name, ttl, serial, records }: Domain): string {
  const lines = records.map((record) => {
    const owner = record.name === "@" ? name : `${record.name}.${name}`;
    const data =
      record.type === "SOA"
        ? `ns1.digitalocean.com. hostmaster.${name}. ${serial} 10800 3600 604800 ${record.ttl}`
        : rdata(record, name);
    return `${owner}. ${record.type === "SOA" ? "" : `${record.ttl} `}IN ${record.type} ${data}`;
  });
  return `$ORIGIN ${name}.\n$TTL ${ttl}\n${lines.join("\n")}\n`;
}

function rdata(record: DomainRecord, origin: string): string {
  const { type, data, priority = 0, weight = 0, port = 0, flags = 0, tag = "" } = record;
  const target = `${data === "@" ? origin : data}.`;
  switch (type) {
    case "CNAME":
    case "NS":
      return target;
    case "MX":
      return `${priority} ${target}`;
    case "SRV":
      return `${priority} ${weight} ${port} ${target}`;
    case "CAA":
      return `${flags} ${tag} ${JSON.stringify(data)}`;
    case "TXT":
      return texts(data);
    default:
      return data;
  }
}

/** A text record is made of strings of at most 255 bytes (RFC 1035, 3.3.14). */
function texts(data: string): string {
  const bytes = Buffer.from(data);
  const parts: string[] = [];
  for (let at = 0; at < Math.max(bytes.length, 1); at += 255) {
    parts.push(JSON.stringify(bytes.subarray(at, at + 255).toString()));
  }
  return parts.join(" ");
}

/** How long a DNS label, and so a machine's name, may be (RFC 1035). */
const labelLength = 63;

/**
 * The name under which the cloud knows a part of a deployment: `project-stack-name-part`, as one DNS label.
 *
 * Names and tags of a cloud account are shared by all its deployments, so project and stack are part of it.
 * @example cloudName({ project: "deploy4me", stack: "sandbox", deployment: "office" }, "bastion")
 * // "deploy4me-sandbox-office-bastion"
 */
export function cloudName(owner: DeploymentIdentity, part?: string): string {
  const name = [owner.project, owner.stack, owner.deployment, ...(part === undefined ? [] : [part])]
    .map(asLabel)
    .filter((label) => label !== "")
    .join("-");
  return name.length <= labelLength ? name : shortened(name);
}

/** Whose a deployment is: unique within one Pulumi backend. */
export interface DeploymentIdentity {
  readonly project: string;
  readonly stack: string;
  readonly deployment: string;
}

function asLabel(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
}

/** Keeps both ends, where the differences are, and tells two names apart that differ in what was cut out. */
function shortened(name: string): string {
  const mark = checksum(name);
  const head = name.slice(0, 24).replace(/-+$/, "");
  const tail = name.slice(-(labelLength - head.length - mark.length - 2)).replace(/^-+/, "");
  return `${head}-${mark}-${tail}`;
}

/** FNV-1a, 32 bits, in base 36: short, and stable for ever. */
function checksum(text: string): string {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash.toString(36);
}

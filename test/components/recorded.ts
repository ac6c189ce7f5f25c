import * as pulumi from "@pulumi/pulumi";
import { getMonitor } from "@pulumi/pulumi/runtime";

/** One resource as the engine would have been asked for it. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly parent: string;
  readonly deletedWith: string;
  readonly replaceWith: readonly string[];
  readonly ignoreChanges: readonly string[];
  readonly dependencies: readonly string[];
  readonly hasReplacementTrigger: boolean;
  /** Undefined when the provider decides. */
  readonly deleteBeforeReplace: boolean | undefined;
}

/** What has to be waited for after the components were made: every registration that is under way. */
export async function settled(): Promise<void> {
  for (let quiet = 0; quiet < 20; quiet++) await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setTimeout(resolve, 50));
}

/** What a played cloud answers for a resource of each type, by the resource's name. */
export type Outputs = Readonly<Record<string, (name: string) => object>>;

/** Of what is the same on every cloud. */
export const machineOutputs: Outputs = {
  "command:remote:Command": () => ({ stdout: "", stderr: "" }),
  "pulumi-nodejs:dynamic/deploy4me:SshKeyPair": (name) => ({
    publicKey: `ssh-ed25519 ${name}`,
    privateKey: pulumi.secret(`private key of ${name}`),
    fingerprint: "SHA256:x",
  }),
  "pulumi-nodejs:dynamic/deploy4me:Presence": () => ({ generation: 1 }),
  "pulumi-nodejs:dynamic/deploy4me:Password": () => ({ value: pulumi.secret("generated password") }),
  "pulumi-nodejs:dynamic/deploy4me:CertificateAuthority": () => ({
    certificate: "certificate of the authority",
    privateKey: pulumi.secret("private key of the authority"),
    notAfter: "2036-01-01T00:00:00Z",
  }),
  "pulumi-nodejs:dynamic/deploy4me:HostFirewall": () => ({}),
  "pulumi-nodejs:dynamic/deploy4me:SoftwareInstallation": () => ({ version: "1.0", health: "healthy" }),
};

/** What `setMocks` does not hand on: parents and options, taken from the request itself. */
export function record(registered: Registered[]): void {
  const monitor = getMonitor() as unknown as { registerResource: (request: Request, done: unknown) => Promise<void> };
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = async (request, done) => {
    const inputs = request.getObject().toJavaScript();
    delete inputs.__provider;
    registered.push({
      type: request.getType(),
      name: request.getName(),
      inputs,
      parent: nameIn(request.getParent()),
      deletedWith: nameIn(request.getDeletedwith()),
      replaceWith: request.getReplaceWithList().map(nameIn),
      ignoreChanges: request.getIgnorechangesList(),
      dependencies: request.getDependenciesList().map(nameIn),
      hasReplacementTrigger: request.getReplacementTrigger() !== undefined,
      deleteBeforeReplace: request.getDeletebeforereplacedefined() ? request.getDeletebeforereplace() : undefined,
    });
    await register(request, done);
  };
}

interface Request {
  getType(): string;
  getName(): string;
  getObject(): { toJavaScript(): Record<string, unknown> };
  getParent(): string;
  getDeletedwith(): string;
  getReplaceWithList(): string[];
  getIgnorechangesList(): string[];
  getDependenciesList(): string[];
  getReplacementTrigger(): unknown;
  getDeletebeforereplacedefined(): boolean;
  getDeletebeforereplace(): boolean;
}

/** A URN ends with the resource's name. */
function nameIn(urn: string): string {
  return urn.split("::").at(-1) ?? "";
}

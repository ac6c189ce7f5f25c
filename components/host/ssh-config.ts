/** One machine as an SSH client knows it. */
export interface SshHost {
  readonly name: string;
  readonly address: string;
  /** `ssh-ed25519 AAAA…` */
  readonly hostKey: string;
  /** The machine through which it is reached. */
  readonly jump?: string;
}

/** Where the client's files lie, by their roles. */
export function sshFiles(directory: string): { config: string; knownHosts: string; privateKey: string } {
  return {
    config: `${directory}/config`,
    knownHosts: `${directory}/known_hosts`,
    privateKey: `${directory}/id_ed25519`,
  };
}

/**
 * An OpenSSH client configuration that knows each machine by its name. Host keys are looked up by an alias of the
 * deployment's own, because private addresses repeat from one deployment to the next.
 * @example
 * // ssh -F ~/.ssh/deploy4me/office/config wiki
 */
export function sshConfiguration(deployment: string, hosts: readonly SshHost[], directory: string): string {
  const files = sshFiles(directory);
  return hosts
    .map(({ name, address, jump }) =>
      [
        `Host ${name}`,
        `  HostName ${address}`,
        `  User root`,
        `  IdentityFile ${files.privateKey}`,
        `  IdentitiesOnly yes`,
        `  UserKnownHostsFile ${files.knownHosts}`,
        `  HostKeyAlias ${alias(deployment, name)}`,
        `  HostKeyAlgorithms ssh-ed25519`,
        `  StrictHostKeyChecking yes`,
        ...(jump === undefined ? [] : [`  ProxyCommand ssh -F ${files.config} -W %h:%p ${jump}`]),
        "",
      ].join("\n"),
    )
    .join("\n");
}

/** The machines' host keys as lines of a known_hosts file. */
export function knownHosts(deployment: string, hosts: readonly SshHost[]): string {
  return hosts.map(({ name, hostKey }) => `${alias(deployment, name)} ${hostKey}\n`).join("");
}

export function sshCommand(name: string, directory: string): string {
  return `ssh -F ${sshFiles(directory).config} ${name}`;
}

function alias(deployment: string, name: string): string {
  return `${deployment}-${name}.deploy4me`;
}

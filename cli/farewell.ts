import { join } from "node:path";

import type { DemoOutputs } from "./demo";
import type { Home } from "./home";
import type { DemoStack } from "./stack";

interface Words {
  readonly where: Home;
  readonly stack: DemoStack;
  readonly outputs: DemoOutputs;
  /** A path as one types it. */
  readonly shown: (file: string) => string;
}

/** What the demo ends with: where the wiki is, how to get at it, how to change it, how to be rid of it. No secrets. */
export function farewell({ where, stack, outputs, shown }: Words): string[] {
  const { urls, bastionAddress, credentials, sshCommands } = outputs;
  const [name = "wiki", url = ""] = Object.entries(urls)[0] ?? [];
  const host = url === "" ? "" : new URL(url).hostname;
  const ca = shown(stack.caCertificate);
  const option = stack.configArguments.length === 0 ? "" : ` --config-file ${shown(stack.configFile)}`;
  const elsewhere = stack.configArguments.length === 0 ? "" : `DEPLOY4ME_HOME=${shown(where.directory)} `;
  return [
    `Your wiki runs: ${url}`,
    "",
    "Open it",
    `  as the outside world      ${elsewhere}./deploy4me sandbox visitor -- curl --cacert ${ca} ${url}`,
    `  from this machine         curl --cacert ${ca} --resolve ${host}:443:${bastionAddress} ${url}`,
    `  in a browser here         put «${bastionAddress} ${host}» into /etc/hosts and trust ${ca} in the browser`,
    "Log in",
    `  as ${credentials[name]?.user ?? "admin"}; the password: pulumi stack output -s ${stack.name} --show-secrets credentials`,
    "Go in by SSH (only through the bastion, host keys pinned)",
    ...Object.values(sshCommands).map((command) => `  ${command}`),
    "Change it",
    `  . ${shown(join(where.directory, "env"))}    # once a shell: the sandbox as the cloud`,
    `  edit ${shown(stack.configFile)}, then: pulumi up -s ${stack.name}${option}`,
    "Remove it",
    `  pulumi destroy -s ${stack.name}${option}    # the deployment`,
    "  make clean    # everything on this machine: sandbox, engine, image, folders",
  ];
}

import { type Command, InvalidArgumentError, Option } from "commander";

import type { AwsCredentials } from "../connections/aws/credentials";
import { sentence } from "../connections/sentence";
import type { AwsCredentialsKept } from "../oauth/aws-credentials";
import { openEmbeddedVault } from "../oauth/vault/embedded";
import { accessKey, AwsKeysUnusable, readKeysFile } from "./aws-keys";
import { connectionsDirectory, home } from "./home";
import { ask } from "./prompt";

interface ConnectAwsOptions {
  readonly name: string;
  readonly region: string;
  readonly keysFile?: string;
  readonly profile?: string;
  readonly ownCredentials?: true;
  readonly roleArn?: string;
  readonly externalId?: string;
}

/** `deploy4me connect aws`: an access key, or a role to assume. */
export function registerConnectAws(connect: Command): void {
  connect
    .command("aws")
    .description("take an access key, or a role that is assumed for an hour at a time")
    .option("--name <name>", "what the connection is called; one of that name is made anew", connectionName, "aws")
    .requiredOption(
      "--region <region>",
      "where to deploy: eu-central-1",
      matching(/^[a-z]{2}(-[a-z]+)+-\d+$/, "eu-central-1"),
    )
    .option(
      "--keys-file <file>",
      "take the access key in this file (CSV of the console, JSON, or of the AWS CLI); - is standard input. Default: ask for it",
    )
    .option("--profile <name>", "of a file of the AWS CLI; default: default")
    .addOption(
      new Option(
        "--own-credentials",
        "assume the role with what AWS's own tools would use on this machine, and keep no key",
      ).conflicts("keysFile"),
    )
    .option(
      "--role-arn <arn>",
      "the role to assume",
      matching(/^arn:aws[a-z-]*:iam::\d{12}:role\/.{1,512}$/, "arn:aws:iam::123456789012:role/deploy4me"),
    )
    .option(
      "--external-id <id>",
      "what the role's trust policy demands: agreed with the account's owner, no secret",
      matching(/^[\w+=,.@:/-]{2,1224}$/, "2 to 1224 letters, digits and +=,.@:/-"),
    )
    .action(async (options: ConnectAwsOptions, command: Command) => {
      if (options.roleArn === undefined && (options.externalId !== undefined || options.ownCredentials === true))
        command.error("error: --external-id and --own-credentials are for a role: say which one with --role-arn");
      const credentials = await credentialsFor(options);
      // AWS's clients take as long to load as all else of `connect`, and one for DigitalOcean needs none.
      const { connectAws } = await import("./connect-aws-account.js");
      const vault = await openEmbeddedVault(connectionsDirectory(home()));
      try {
        const { verdict, renewed } = await connectAws(vault, options.name, credentials);
        process.stdout.write(
          `${sentence(verdict, { provider: "AWS" })}\nIt is ${renewed ? "renewed" : "kept"} as «${options.name}». To end it: deploy4me disconnect ${options.name}\n`,
        );
      } finally {
        await vault.close();
      }
    });
}

async function credentialsFor(options: ConnectAwsOptions): Promise<AwsCredentialsKept> {
  const { region, roleArn, externalId } = options;
  const key = options.ownCredentials === true ? undefined : await keyFor(options);
  if (roleArn === undefined) {
    // Without a role, a key was asked for.
    if (key === undefined) throw new AwsKeysUnusable("the terminal", "none was given");
    return { kind: "aws-keys", region, ...key };
  }
  return {
    kind: "aws-role",
    region,
    roleArn,
    ...(externalId === undefined ? {} : { externalId }),
    ...(key === undefined ? {} : { source: key }),
  };
}

/** Never from the command line: everybody on the machine sees that. */
async function keyFor({ keysFile, profile }: ConnectAwsOptions): Promise<AwsCredentials> {
  if (keysFile !== undefined) return readKeysFile(keysFile, profile);
  const answers = await ask([{ text: "Access key id: " }, { text: "Secret access key (not shown): ", hidden: true }]);
  if (answers === undefined)
    throw new AwsKeysUnusable("the terminal", "there is none, or the input ended: give a file with --keys-file");
  const [id = "", secret = ""] = answers.map((answer) => answer.trim());
  return accessKey("the terminal", { id, secret });
}

function connectionName(text: string): string {
  return matching(
    /^[a-z0-9][a-z0-9._-]{0,63}$/i,
    "a letter or digit, then letters, digits, . _ or -; 64 at most",
  )(text);
}

function matching(pattern: RegExp, like: string): (text: string) => string {
  return (text) => {
    if (!pattern.test(text)) throw new InvalidArgumentError(`write ${like}.`);
    return text;
  };
}

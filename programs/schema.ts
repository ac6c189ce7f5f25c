import { z } from "zod";

import { defaultNetworkRange, label } from "../components/checks";
import { memoryOf } from "../components/sizes";
import { places } from "./on-every-cloud";

/**
 * What stacks' configurations and project requests have in common: the form alone, with the titles and texts that people
 * see in editors and in the wizard. What it means is checked by `components/checks.ts`.
 */

const labelPattern = label.source;
const size = z.string().meta({ examples: ["small"] });
const memories = Object.entries(memoryOf).map(([name, memoryMb]) => `${name} (${memoryMb / 1024} GB of memory)`);
const sizeWords = `How large it is: ${memories.join(", ")}, on every cloud, or the cloud's own name of a size`;

export const domain = z.string().meta({
  title: "Domain",
  description:
    "The domain in which each piece of software gets its name. Its zone is made in the cloud, so the registrar has to name the cloud's name servers.",
  examples: ["example.com"],
});

export const region = z.string().meta({
  title: "Region",
  description: `Where the machines stand: ${Object.keys(places).join(", ")}, on every cloud, or the cloud's own name of a region.`,
  examples: ["frankfurt"],
});

export const adminAccess = z.array(z.string()).meta({
  title: "Administrators' addresses",
  description:
    "From where administrators, and the deployment itself, come by SSH: address ranges in CIDR notation, of both families. A change replaces the bastion.",
  examples: [["203.0.113.7/32"]],
});

export const allowAdminAccessFromAnywhere = z.boolean().meta({
  title: "Admit the whole internet",
  description: "Has to be true for the administrators' addresses to hold the whole internet. Default: false.",
});

export const adminKeys = z.array(z.string()).meta({
  title: "Administrators' public keys",
  description:
    "OpenSSH public keys beside the key made for the deployment. Taken in when a machine is made. Default: none.",
});

export const softwareRequest = z.strictObject({
  name: z.string().meta({
    title: "Name",
    description: "Tells it from the others of the deployment, and is part of its server's name: a DNS label.",
    pattern: labelPattern,
    examples: ["wiki"],
  }),
  software: z.string().meta({ title: "Software", description: "What is installed: a name in the catalogue." }),
  size: size.optional().meta({
    title: "Size of the server",
    description: `${sizeWords}. Default: the smallest that has the memory the software needs.`,
  }),
  subdomain: z.string().optional().meta({
    title: "Subdomain",
    description: "The label before the domain. Default: the name.",
    pattern: labelPattern,
  }),
  parameters: z.record(z.string(), z.string()).optional().meta({
    title: "Parameters",
    description: "The software's own, as its definition in the catalogue declares them.",
  }),
});

export const software = z.array(softwareRequest).meta({
  title: "Software",
  description: "What is installed; each on a server of its own.",
});

export const tls = z
  .discriminatedUnion("issuer", [
    z
      .strictObject({
        issuer: z.literal("acme"),
        email: z
          .string()
          .optional()
          .meta({
            title: "E-mail address",
            description: "Where the certificate authority writes when a certificate is about to expire.",
            examples: ["admin@example.com"],
          }),
      })
      .meta({ title: "Let's Encrypt" }),
    z.strictObject({ issuer: z.literal("private-ca") }).meta({ title: "A certificate authority of its own" }),
  ])
  .meta({
    title: "Certificates",
    description:
      "Who vouches for the names: acme (Let's Encrypt; the domain has to be delegated to the cloud) or private-ca (made for the deployment; visitors have to trust it by hand). Default: acme.",
  });

export const networkRange = z.string().meta({
  title: "Private network",
  description: `The private network's range: RFC 1918, /16 to /28, on AWS to /26. Default: ${defaultNetworkRange}.`,
  examples: [defaultNetworkRange],
});

export const bastionSize = size.meta({
  title: "Size of the bastion",
  description: `${sizeWords}. Default: small.`,
});

/** On AWS alone. */
export const owner = z.string().meta({
  title: "Owner",
  description:
    "On AWS alone: who answers for what it costs, such as a team or a cost centre, as a tag on everything. Default: deploy4me.",
  examples: ["accounting"],
});

/** On AWS alone. */
export const flowLogs = z.boolean().meta({
  title: "Record of connections",
  description:
    "On AWS alone: whether a record of every connection is kept, in a bucket of the deployment's. Costs by volume. Default: false.",
});

const uuid = z.string().meta({ examples: ["5d5e9a1c-0000-4000-8000-000000000000"] });

export const expected = z
  .strictObject({
    account: uuid.optional().meta({ title: "Account", description: "UUID of the account that it has to be." }),
    team: uuid.optional().meta({ title: "Team", description: "UUID of the team that it has to be." }),
  })
  .meta({
    title: "Expected account",
    description:
      "Which account the connection has to lead to, so that nothing is made with another one's token. Default: whichever it is.",
  });

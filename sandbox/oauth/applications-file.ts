import { existsSync, readFileSync } from "node:fs";

import { z } from "zod";

import { writeDurably } from "../durable-file";
import { addApplication, findApplication, type NewApplication } from "./applications";
import type { Authority } from "./authority";
import type { Application } from "./state";

/** An application as its owner configures it. */
export interface KnownApplication {
  readonly name: string;
  readonly clientId: string;
  /** Public clients have none. */
  readonly clientSecret?: string | undefined;
  readonly redirectUris: readonly string[];
}

const known = z.array(
  z.object({
    name: z.string(),
    clientId: z.string(),
    clientSecret: z.string().exactOptional(),
    redirectUris: z.array(z.string()),
  }),
);

/**
 * The applications with their secrets, which are kept nowhere else in plain. Only the owner may read the file.
 * @returns none when there is no file
 */
export function readApplications(file: string): readonly KnownApplication[] {
  return existsSync(file) ? known.parse(JSON.parse(readFileSync(file, "utf8"))) : [];
}

/**
 * Registers an application, and tells the owner its secret: the one time that it is known. The file is written first, so
 * that no application is left whose secret nobody knows; an entry that came to nothing goes with the next one.
 */
export function registerApplication(authority: Authority, file: string, input: NewApplication): Application {
  return authority.change((draft, now) => {
    const { application, clientSecret } = addApplication(draft, input, now.toISOString());
    const { name, clientId, redirectUris } = application;
    const entry = { name, clientId, ...(clientSecret === undefined ? {} : { clientSecret }), redirectUris };
    const others = readApplications(file).filter((one) => findApplication(draft, one.clientId) !== undefined);
    writeDurably(file, `${JSON.stringify([...others, entry], undefined, 2)}\n`);
    return application;
  });
}

/** One application for each stage, at the first start. */
export function registerDefaults(authority: Authority, file: string): void {
  for (const application of defaultApplications) {
    if (!authority.state.applications.some(({ name }) => name === application.name))
      registerApplication(authority, file, application);
  }
}

/**
 * Confidential clients, as DigitalOcean's control panel makes them; their redirect URIs are compared to the letter. `3000`
 * is where a service listens that is being developed, `5173` where its pages are served meanwhile.
 */
const defaultApplications: readonly NewApplication[] = [
  {
    name: "Deploy4Me (development)",
    redirectUris: [
      "http://127.0.0.1:3000/oauth/callback",
      "http://localhost:3000/oauth/callback",
      "http://127.0.0.1:5173/oauth/callback",
      "http://localhost:5173/oauth/callback",
    ],
  },
  {
    name: "Deploy4Me (test)",
    redirectUris: [
      "http://127.0.0.1:3001/oauth/callback",
      "http://localhost:3001/oauth/callback",
      "https://test.deploy4me.example/oauth/callback",
    ],
  },
  {
    name: "Deploy4Me (production)",
    redirectUris: [
      "https://deploy4me.example/oauth/callback",
      "http://127.0.0.1:3002/oauth/callback",
      "http://localhost:3002/oauth/callback",
    ],
  },
];

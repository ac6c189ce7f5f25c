import type { ProjectRequestSource } from "../../../driver/request/schema";

/** The least that a request can say. */
export const least = {
  project: "office",
  cloud: "digitalocean",
  region: "fra1",
  domain: "example.com",
  access: { admins: ["203.0.113.7/32"] },
  software: [{ name: "wiki", software: "dokuwiki" }],
} satisfies ProjectRequestSource;

/** A key that says nothing else. */
export const publicKey =
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ6e6ZoQ0P0zBvZ2f6bX0i3nWq0l1mJ8kq3l5o7y9c1e admin@example.com";

/** One that says everything there is to say. */
export const full = {
  ...least,
  access: { admins: ["203.0.113.7/32", "2001:db8::/48"], anywhere: false, keys: [publicKey] },
  software: [
    {
      name: "wiki",
      software: "dokuwiki",
      size: "s-1vcpu-2gb",
      subdomain: "docs",
      parameters: { title: "Our wiki", adminPassword: "correct horse battery", language: "de" },
    },
    { name: "site", software: "wordpress" },
  ],
  tls: { issuer: "acme", email: "admin@example.com" },
  networkRange: "10.30.0.0/24",
  bastionSize: "s-1vcpu-512mb-10gb",
  timeToLive: "P30D",
  protect: true,
} satisfies ProjectRequestSource;

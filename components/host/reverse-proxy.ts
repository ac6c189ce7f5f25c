import type { AcmeTls, PrivateCaTls } from "../deployment";
import type { FileOnMachine } from "./script";

export const caCertificatePath = "/etc/caddy/ca/certificate.pem";
export const caKeyPath = "/etc/caddy/ca/key.pem";

/** One name on the outside and the server behind it. */
export interface Site {
  readonly hostname: string;
  readonly address: string;
  readonly port: number;
}

/**
 * Caddy's configuration: TLS for each name, plain HTTP sent there, and nothing for names that are not ours.
 *
 * HTTP/3 is off: the bastion answers on TCP only, so that a UDP scan of it finds nothing.
 */
export function caddyConfiguration(sites: readonly Site[], tls: AcmeTls | PrivateCaTls): FileOnMachine {
  return {
    path: "/etc/caddy/Caddyfile",
    owner: "root:caddy",
    mode: "0640",
    content:
      [globalOptions(tls), securityHeaders, fallback, ...sites.map((site) => siteBlock(site, tls))].join("\n\n") + "\n",
  };
}

function globalOptions(tls: AcmeTls | PrivateCaTls): string {
  const lines = ["admin off", "servers {", "\tprotocols h1 h2", "}"];
  if (tls.issuer === "acme") {
    if (tls.email !== undefined) lines.push(`email ${tls.email}`);
    lines.push("auto_https disable_redirects");
  } else {
    lines.push("auto_https disable_redirects", "skip_install_trust", "pki {", "\tca deploy4me {");
    lines.push('\t\tname "deploy4me"', "\t\troot {", "\t\t\tformat pem_file");
    lines.push(`\t\t\tcert ${caCertificatePath}`, `\t\t\tkey ${caKeyPath}`, "\t\t}", "\t}", "}");
  }
  return block("", lines);
}

const securityHeaders = block("(security)", [
  "header {",
  '\tStrict-Transport-Security "max-age=31536000"',
  '\tX-Content-Type-Options "nosniff"',
  '\tReferrer-Policy "strict-origin-when-cross-origin"',
  '\t?X-Frame-Options "SAMEORIGIN"',
  "\t-Server",
  "\t-X-Powered-By",
  "\tdefer",
  "}",
]);

/** Names that are not ours get no page and no hint of which are. */
const fallback = block("http://", ["header -Server", "respond 404"]);

function siteBlock({ hostname, address, port }: Site, tls: AcmeTls | PrivateCaTls): string {
  const issuer = tls.issuer === "acme" ? [] : ["tls {", "\tissuer internal {", "\t\tca deploy4me", "\t}", "}"];
  return [
    block(`http://${hostname}`, ["header -Server", "redir https://{host}{uri} 308"]),
    block(`https://${hostname}`, [...issuer, "import security", "encode gzip", `reverse_proxy ${address}:${port}`]),
  ].join("\n\n");
}

function block(head: string, lines: readonly string[]): string {
  return [`${head}${head === "" ? "" : " "}{`, ...lines.map((line) => `\t${line}`), "}"].join("\n");
}

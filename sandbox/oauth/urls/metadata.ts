import type { FastifyInstance } from "fastify";

import type { Authority } from "../authority";
import { originOf } from "../http";

/** Where everything is and what is supported, for clients that ask (RFC 8414). */
export function metadataRoutes(app: FastifyInstance, { scopes }: Authority): void {
  app.get("/.well-known/oauth-authorization-server", (request) => {
    const issuer = originOf(request);
    return {
      issuer,
      authorization_endpoint: `${issuer}/v1/oauth/authorize`,
      token_endpoint: `${issuer}/v1/oauth/token`,
      revocation_endpoint: `${issuer}/v1/oauth/revoke`,
      scopes_supported: ["read", "write", ...[...scopes].sort()],
      response_types_supported: ["code", "token"],
      response_modes_supported: ["query", "fragment"],
      grant_types_supported: ["authorization_code", "refresh_token", "implicit"],
      token_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic", "none"],
      revocation_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic"],
      code_challenge_methods_supported: ["S256"],
      authorization_response_iss_parameter_supported: true,
    };
  });
}

import type { CredentialsOf } from "../../../oauth/connection";

const apiUrl = "https://api.digitalocean.com";

export function digitalOceanOAuth(
  changes: Partial<CredentialsOf<"digitalocean-oauth">> = {},
): CredentialsOf<"digitalocean-oauth"> {
  return {
    kind: "digitalocean-oauth",
    apiUrl,
    clientId: "client",
    accessToken: "doo_v1_access",
    refreshToken: "dor_v1_refresh",
    issued: "2026-01-01T00:00:00.000Z",
    expires: "2026-01-31T00:00:00.000Z",
    scopes: ["read", "write"],
    ...changes,
  };
}

export function digitalOceanToken(token = "dop_v1_token"): CredentialsOf<"digitalocean-token"> {
  return { kind: "digitalocean-token", apiUrl, token };
}

export function awsRole(): CredentialsOf<"aws-role"> {
  return {
    kind: "aws-role",
    roleArn: "arn:aws:iam::123456789012:role/deploy4me",
    externalId: "deploy4me-1",
    region: "eu-central-1",
    source: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" },
  };
}

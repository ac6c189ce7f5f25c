import { z } from "zod";

import { type OAuthErrorCode, oauthErrors, type Refusal } from "../errors";

/** The standard's form of a refusal, and DigitalOcean's API's own, whose `id` and `message` say the same. */
const refusalSchema = z.union([
  z.object({ error: z.string(), error_description: z.string().nullish() }),
  z
    .object({ id: z.string(), message: z.string().nullish() })
    .transform(({ id, message }) => ({ error: id, error_description: message })),
]);

/** @param secrets what must not be shown although the server may quote it */
export function refusalIn(answer: unknown, secrets: readonly string[]): Refusal {
  const result = refusalSchema.safeParse(answer);
  if (!result.success) return { error: "unknown" };
  return refusalOf(result.data.error, result.data.error_description ?? undefined, secrets);
}

export function refusalOf(error: string, description: string | undefined, secrets: readonly string[]): Refusal {
  const shown = description === undefined ? "" : printable(description, secrets);
  const code: OAuthErrorCode = oauthErrors.find((one) => one === error) ?? "unknown";
  return { error: code, ...(shown === "" ? {} : { description: shown }) };
}

const longest = 300;

function printable(text: string, secrets: readonly string[]): string {
  const without = secrets
    .filter((secret) => secret !== "")
    .reduce((shown, one) => shown.replaceAll(one, "[secret]"), text);
  const line = without
    .replace(/[^\p{L}\p{N}\p{P}\p{S}\p{Zs}]+/gu, " ")
    .replace(/\s+/g, " ")
    .trim();
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}

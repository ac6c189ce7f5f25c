import { invalidRequest } from "./errors";

/** What a request says, wherever it says it. */
export interface Parameters {
  /** Undefined when it is absent, or has no value (RFC 6749, section 3.1). */
  get(name: string): string | undefined;
  /** @throws OAuthError invalid_request */
  require(name: string): string;
  /** Those that came more than once, which the standard forbids. */
  readonly repeated: ReadonlySet<string>;
}

/**
 * The parameters of a query and of a body, which may be a form or, as some clients send it, JSON with text in it.
 * @throws OAuthError invalid_request when the body is neither
 */
export function parametersOf(query: string, body?: string, contentType = ""): Parameters {
  const pairs = [...new URLSearchParams(query), ...bodyPairs(body ?? "", contentType)];
  const values = new Map<string, string>();
  const repeated = new Set<string>();
  for (const [name, value] of pairs) {
    if (values.has(name)) repeated.add(name);
    else values.set(name, value);
  }
  const get = (name: string): string | undefined => {
    const value = values.get(name);
    return value === "" ? undefined : value;
  };
  return {
    get,
    require(name) {
      const value = get(name);
      if (value === undefined) throw invalidRequest(`The request is missing the parameter ${name}.`);
      return value;
    },
    repeated,
  };
}

/** @throws OAuthError invalid_request when a parameter came more than once */
export function refuseRepeated({ repeated }: Parameters): void {
  const [name] = repeated;
  if (name !== undefined) throw invalidRequest("The request has a parameter more than once.");
}

function bodyPairs(body: string, contentType: string): Iterable<[string, string]> {
  if (body.trim() === "") return [];
  if (!/^application\/json\b/i.test(contentType)) return new URLSearchParams(body);
  let content: unknown;
  try {
    content = JSON.parse(body);
  } catch {
    throw invalidRequest("The request body is not valid JSON.");
  }
  if (typeof content !== "object" || content === null || Array.isArray(content))
    throw invalidRequest("The request body is not a JSON object.");
  return Object.entries(content).map(([name, value]): [string, string] => {
    if (typeof value !== "string") throw invalidRequest("A parameter in the request body is not text.");
    return [name, value];
  });
}

/** Credentials as a client may send them in the header (RFC 6749, section 2.3.1). */
export function basicCredentials(header: string | undefined): { id: string; secret: string } | undefined {
  const encoded = /^basic +([a-z0-9+/=]+) *$/i.exec(header ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const [, id, secret] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded, "base64").toString("utf8")) ?? [];
  if (id === undefined || secret === undefined) return undefined;
  return { id: formDecoded(id), secret: formDecoded(secret) };
}

/** Both parts are encoded as a form before they are joined. */
function formDecoded(text: string): string {
  return new URLSearchParams(`x=${text.replaceAll("&", "%26")}`).get("x") ?? "";
}

export function bearerOf(header: string | undefined): string | undefined {
  return /^bearer +(\S+) *$/i.exec(header ?? "")?.[1];
}

/** The address of a server is none that secrets may be sent to. */
export class ServerUrlUnusable extends Error {
  override readonly name = "ServerUrlUnusable";
  readonly code = "SERVER_URL_UNUSABLE";

  constructor(
    readonly url: string,
    /** Where it was set. */
    readonly variable: string,
  ) {
    super(
      `${variable} can't be ${JSON.stringify(url)}: secrets are sent there, so it has to begin with https://, or lead to this machine. ` +
        `Correct it, or leave it out for DigitalOcean's own.`,
    );
  }
}

/** @throws ServerUrlUnusable */
export function requireServerUrl(url: string, variable: string): string {
  if (!isServerUrl(url)) throw new ServerUrlUnusable(url, variable);
  return url.replace(/\/+$/, "");
}

/** Secrets go there: encrypted, or not further than this machine. */
export function isServerUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, search, hash } = new URL(text);
  if (username !== "" || password !== "" || search !== "" || hash !== "") return false;
  return protocol === "https:" || (protocol === "http:" && /^(127\.0\.0\.1|\[::1\]|localhost)$/.test(hostname));
}

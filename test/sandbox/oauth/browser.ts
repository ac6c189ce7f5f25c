/** A page as a browser has it: where it is from, and what came with it. */
export interface Page {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Where it leads, if it is a redirect. */
  readonly location: string;
}

interface BrowserRequest {
  readonly method?: string;
  readonly body?: URLSearchParams;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Does with a consent page what a browser does that has no scripts: keeps cookies, sends forms, follows nothing. */
export class Browser {
  private readonly cookies = new Map<string, string>();

  open(url: string): Promise<Page> {
    return this.request(url, {});
  }

  /** Presses one of the form's buttons. */
  submit(page: Page, decision: "authorize" | "deny", chosen: Readonly<Record<string, string>> = {}): Promise<Page> {
    const form = formOf(page);
    const body = new URLSearchParams({ ...form.fields, ...chosen, decision });
    return this.send(new URL(form.action, page.url).href, body, {
      origin: new URL(page.url).origin,
      "sec-fetch-site": "same-origin",
    });
  }

  /** Sends a form, as it comes from wherever. */
  send(url: string, body: URLSearchParams, headers: Readonly<Record<string, string>>): Promise<Page> {
    return this.request(url, { method: "POST", body, headers });
  }

  private async request(url: string, { headers: given = {}, ...request }: BrowserRequest): Promise<Page> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, {
      ...request,
      redirect: "manual",
      headers: { ...given, ...(cookie === "" ? {} : { cookie }) },
      signal: AbortSignal.timeout(10_000),
    });
    for (const header of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(header) ?? [];
      if (name !== undefined && value !== undefined) this.cookies.set(name, value);
    }
    const { status, headers } = response;
    return { url, status, headers, text: await response.text(), location: headers.get("location") ?? "" };
  }
}

/** The one form of a page: where it goes, and what is in it when nobody touches it. */
export function formOf({ text }: Pick<Page, "text">): { action: string; fields: Record<string, string> } {
  const action = /<form method="post" action="([^"]+)"/.exec(text)?.[1];
  if (action === undefined) throw new Error(`there is no form in ${text}`);
  const fields: Record<string, string> = {};
  for (const [input] of text.matchAll(/<input [^>]*>/g)) {
    const type = attribute(input, "type");
    if (type === "hidden" || (type === "radio" && input.includes(" checked")))
      fields[attribute(input, "name")] = attribute(input, "value");
  }
  return { action, fields };
}

function attribute(element: string, name: string): string {
  return new RegExp(` ${name}="([^"]*)"`).exec(element)?.[1] ?? "";
}

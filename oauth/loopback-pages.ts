import { createHash } from "node:crypto";

/** What the browser shows when it comes back. */
export interface LoopbackPage {
  readonly good: boolean;
  readonly title: string;
  readonly text: string;
}

const style = `:root{color-scheme:light dark}body{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:18vh auto 0;padding:0 1.5rem}
h1{font-size:1.5rem;margin:0 0 .5rem}p{margin:0}`;

/** Nothing is loaded, run or framed, and nobody is told where the browser was. */
export const pageHeaders: Readonly<Record<string, string>> = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": `default-src 'none'; style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  "cache-control": "no-store",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  connection: "close",
};

export function renderPage({ good, title, text }: LoopbackPage): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)} · Deploy4Me</title><style>${style}</style></head>
<body><main><h1>${escaped(title)}</h1><p${good ? "" : ` role="alert"`}>${escaped(text)}</p></main></body>
</html>
`;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? "");
}

export const notHere: LoopbackPage = {
  good: false,
  title: "There is nothing here",
  text: "Deploy4Me waits at this address for the answer of your cloud account, and for nothing else.",
};

export const linkUsed: LoopbackPage = {
  good: false,
  title: "This link was used already",
  text: "If it was not you who opened it, end the command in your terminal and start it again. Otherwise use the link that it shows.",
};

export const atWork: LoopbackPage = {
  good: false,
  title: "One moment",
  text: "An answer of your cloud account has arrived already. Your terminal says what becomes of it.",
};

export const wentWrong: LoopbackPage = {
  good: false,
  title: "Something went wrong",
  text: "Your terminal says what. You can close this window.",
};

export const granted: LoopbackPage = {
  good: true,
  title: "Access was granted",
  text: "You can close this window. Your terminal shows the account and goes on from here.",
};

/** @param sentence what happened and what to do; of an error whose message holds no secret */
export function notConnected(sentence: string): LoopbackPage {
  return { good: false, title: "Nothing was connected", text: sentence };
}

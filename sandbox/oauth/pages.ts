import { createHash } from "node:crypto";

import { Html, html } from "./html";
import { scopesInWords } from "./scopes";
import type { Account } from "./state";
import { style } from "./style";

export interface ConsentPage {
  readonly application: string;
  readonly account: Account;
  /** Absent: the page asks which. */
  readonly scopes?: readonly string[];
  /** Where the browser goes afterwards. */
  readonly redirectUri: string;
  /** Where the form is sent. */
  readonly action: string;
  /** What the form sends along. */
  readonly fields: Readonly<Record<string, string>>;
}

/** What may be done in words, for whom, and two buttons. */
export function consentPage(page: ConsentPage): string {
  const { application, account, redirectUri, action, fields } = page;
  return document(
    `Authorize ${application}`,
    html`<h1>Authorize <strong>${application}</strong></h1>
      <p class="lead">This application wants to use your account.</p>
      <p class="account">
        <span class="avatar" aria-hidden="true">${account.name.charAt(0).toUpperCase()}</span>
        <span>Signed in as <b>${account.email}</b></span>
      </p>
      <form method="post" action="${action}">
        ${Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}
        ${teamChoice(account)} ${page.scopes === undefined ? scopeChoice() : scopeList(page.scopes)}
        <div class="buttons">
          <button type="submit" name="decision" value="authorize" class="primary">Authorize application</button>
          <button type="submit" name="decision" value="deny">Deny</button>
        </div>
      </form>
      <p class="note">
        Either way you go on to <b>${new URL(redirectUri).host}</b>. You can revoke the access at any time with
        <code>deploy4me sandbox oauth token revoke</code>.
      </p>`,
  );
}

/** @param action where to look next, if there is anything to do */
export function errorPage(message: string, action?: Html): string {
  return document(
    "An error has occurred",
    html`<h1>An error has occurred</h1>
      <p class="error" role="alert">${message}</p>
      ${action}`,
  );
}

/** In the content security policy: the one style sheet that the pages have. */
export const styleHash = `'sha256-${createHash("sha256").update(style).digest("base64")}'`;

function teamChoice({ teams }: Account): Html {
  const options = teams.map(
    ({ uuid, name }, index) =>
      html`<label
        ><input type="radio" name="team" value="${uuid}" ${index === 0 ? html`checked` : undefined} />
        <span>${name}</span></label
      >`,
  );
  return html`<fieldset>
    <legend>For which team?</legend>
    ${options}
  </fieldset>`;
}

function scopeList(scopes: readonly string[]): Html {
  return html`<section aria-labelledby="scopes">
    <h2 id="scopes">It will be able to</h2>
    <ul>
      ${scopesInWords(scopes).map((line) => html`<li>${line}</li>`)}
    </ul>
    <p class="raw">Scopes: ${scopes.map((scope) => html`<code>${scope}</code> `)}</p>
  </section>`;
}

/** What is offered to an application that does not say what it wants. */
export const offeredScopes = ["read", "read write"] as const;

function scopeChoice(): Html {
  const [read, all] = offeredScopes;
  return html`<fieldset>
    <legend>What may it do?</legend>
    <label
      ><input type="radio" name="grant" value="${read}" checked /><span
        >${scopesInWords(read.split(" "))[0]}</span
      ></label
    >
    <label
      ><input type="radio" name="grant" value="${all}" />
      <span>That, and more: ${scopesInWords(all.split(" "))[1]?.toLowerCase()}</span></label
    >
  </fieldset>`;
}

function document(title: string, body: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title} · Deploy4Me sandbox</title>
        ${styleElement}
      </head>
      <body>
        <header><span class="mark" aria-hidden="true"></span>Sandbox cloud</header>
        <main>${body}</main>
        <footer>A cloud on this machine. Nothing here reaches DigitalOcean.</footer>
      </body>
    </html> `.text;
}

const styleElement = new Html(`<style>${style}</style>`);

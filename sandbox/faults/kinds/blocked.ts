import { cloudflareError } from "../cloudflare";
import { requestKind } from "../kind";
import { flag } from "../options";

/**
 * A firewall rule at Cloudflare refuses the address or the program: error 1020, with status 403, before the request
 * reaches the API (developers.cloudflare.com, «Error 1020: Access denied»). Programs often get the short form, as in
 * github.com/terraform-community-providers/terraform-provider-railway/issues/43 with 1015.
 */
export const blocked = requestKind({
  name: "blocked",
  about: "Cloudflare's 1020 «Access denied» page, as behind a firewall rule",
  example: "blocked --route '/v2/domains/**'",
  options: {
    plain: flag("only «error code: 1020» as text, as programs get it that don't ask for HTML"),
    problem: flag(
      "as JSON, as programs get it that accept nothing else (godo, and with it Terraform's and Pulumi's provider)",
    ),
  },
  effect: ({ plain, problem }) => ({
    on: "request",
    strike: ({ world }) => cloudflareError({ ...accessDenied, plain, json: problem }, world.clock.now()),
  }),
});

const accessDenied = {
  status: 403,
  code: 1020,
  title: "Access denied",
  what: "You do not have access to api.digitalocean.com. The site owner may have set restrictions that keep you out.",
};

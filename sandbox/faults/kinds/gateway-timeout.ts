import { html, throughCloudflare } from "../cloudflare";
import { inPlace, requestKind } from "../kind";
import { applied } from "./applied";

/**
 * A proxy before the API gave up waiting and answers in HTML. DigitalOcean's did so for hours
 * (github.com/digitalocean/terraform-provider-digitalocean/issues/794 and 377); whether the request was carried out, the
 * answer doesn't say: `applied`.
 */
export const gatewayTimeout = requestKind({
  name: "gateway-timeout",
  about: "504 with a proxy's HTML page",
  example: "gateway-timeout --applied --route 'POST /v2/droplets' --count 1",
  options: { applied },
  effect: ({ applied: after }) => inPlace(after, () => html(504, throughCloudflare(), page)),
});

const page = `<html>
<head><title>504 Gateway Time-out</title></head>
<body>
<center><h1>504 Gateway Time-out</h1></center>
<hr><center>nginx</center>
</body>
</html>
`;

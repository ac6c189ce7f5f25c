import { kinds } from "../../../sandbox/faults/kinds";
import { FaultyApi, small, token } from "./faulty-api";

/** What each kind needs, beside its name, to strike the requests below. */
const needed: Readonly<Record<string, object>> = {
  slow: { delay: 0.001 },
  dribble: { pause: 0.001, bytes: 100 },
  "field-renamed": { path: "$..name", to: "title" },
  "field-dropped": { path: "$..name" },
  "type-changed": { path: "$..name", to: "number" },
  wrapped: { in: "data" },
  "droplet-lost": { droplet: "web" },
};
const onActions = ["action-errored", "action-stuck", "never-boots", "wrong-host-key", "disk-full"];

describe("no fault shows a secret, a stack trace or a place on this machine", () => {
  let api: FaultyApi;
  beforeEach(async () => {
    api = await FaultyApi.open();
  });
  afterEach(() => api.close());

  test.each(kinds.map(({ name }) => name))("%s", async (kind) => {
    await api.droplet("web");
    const id = api.add({ kind, count: "unlimited", ...(onActions.includes(kind) ? {} : { token }), ...needed[kind] });
    const heard = [
      await api.hear({ method: "POST", path: "/v2/droplets", body: { ...small, name: "other" } }),
      await api.hear({ path: "/v2/droplets" }),
      await api.hear({ path: "/v2/nowhere" }),
      await api.hear({ method: "POST", path: "/v2/droplets", body: { name: "no_name" } }),
    ];
    await api.cloud.settled();
    expect(api.faults.get(id)?.struck).toBeGreaterThan(0);
    const shown = [...heard.map(({ bytes }) => bytes), ...api.log, JSON.stringify(api.faults.list())].join("\n");
    expect(shown).not.toContain(token);
    expect(shown).not.toMatch(/\bat .*(\.[jt]s:\d|node:)|node_modules|\/dist\/|\bError: /);
  });
});

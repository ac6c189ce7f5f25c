import { provider, settingsFrom } from "../../../components/dynamic/connection-check-provider";
import { unknownValue } from "../../../components/dynamic/provider";
import { FaultyApi, token } from "../../sandbox/faults/faulty-api";

describe("where the token and the API are found", () => {
  const none = () => undefined;

  test("in the environment, under either name", () => {
    expect(settingsFrom(none, { DIGITALOCEAN_TOKEN: "a", DIGITALOCEAN_ACCESS_TOKEN: "b" }).token).toBe("a");
    expect(settingsFrom(none, { DIGITALOCEAN_ACCESS_TOKEN: "b" }).token).toBe("b");
    expect(settingsFrom(none, { DIGITALOCEAN_API_URL: "http://127.0.0.1:1" }).apiUrl).toBe("http://127.0.0.1:1");
  });

  test("in the configuration first", () => {
    const config = (key: string): string | undefined =>
      ({ "digitalocean:token": "c", "digitalocean:apiEndpoint": "http://127.0.0.1:2" })[key];
    const environment = { DIGITALOCEAN_TOKEN: "a", DIGITALOCEAN_API_URL: "http://127.0.0.1:1" };
    expect(settingsFrom(config, environment)).toEqual({ apiUrl: "http://127.0.0.1:2", token: "c" });
  });

  test("at DigitalOcean, unless said otherwise, and nowhere when it is empty", () => {
    const empty = { DIGITALOCEAN_TOKEN: "", DIGITALOCEAN_API_URL: "" };
    expect(settingsFrom(() => "", empty)).toEqual({ apiUrl: "https://api.digitalocean.com", token: undefined });
  });
});

describe("what is not known in a preview", () => {
  let api: FaultyApi;
  beforeAll(async () => {
    api = await FaultyApi.open();
    const known: Readonly<Record<string, string>> = {
      "digitalocean:token": token,
      "digitalocean:apiEndpoint": api.origin,
    };
    const config = { get: (key: string) => known[key], require: (key: string) => known[key] ?? "" };
    await provider.configure?.({ config });
  });
  afterAll(() => api.close());

  test("is not compared", async () => {
    const news = { account: unknownValue, team: unknownValue };
    expect(await provider.check({}, news)).toEqual({ inputs: news, failures: [] });
  });

  test("what is known is", async () => {
    const { failures } = await provider.check({}, { account: unknownValue, team: "another" });
    expect(failures).toMatchObject([{ property: "team" }]);
  });
});

import { kinds } from "../../sandbox/faults/kinds";
import { draws } from "../effort";
import { differences, typesInCloud } from "./inventory";
import { Campaign } from "./campaign";
import { casesFor, shuffled } from "./cases";
import { emptyCloud, PaperCloud } from "./paper-cloud";
import { tokens } from "./tokens";
import { kindsOfFaults } from "./variants";

jest.setTimeout(600_000);

/** Each takes three seconds of processor time; `make campaign` has all of them. */
const sample = draws(13);

describe("a sample of the campaign", () => {
  let campaign: Campaign;
  beforeAll(async () => {
    campaign = await Campaign.open();
  });
  afterAll(() => {
    campaign.close();
  });

  test("goes through or fails rightly, and in the end what is in the cloud is what is in the state", async () => {
    const results = [];
    for (const one of shuffled(casesFor(campaign.sizes), 20).slice(0, sample)) results.push(await campaign.run(one));
    expect(results).toHaveLength(sample);
    expect(results.filter(({ verdict }) => verdict === "WRONG")).toEqual([]);
  });

  test("has every kind of fault at every index", () => {
    const cases = casesFor(campaign.sizes);
    for (const { kind } of kindsOfFaults) expect(cases.some(({ fault }) => fault.kind === kind)).toBe(true);
    const resets = cases.filter(({ name }) => /^up\/reset\/\d\/once\//.test(name));
    expect(resets.length).toBeGreaterThan(25);
    expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
  });
});

test("parts of the campaign leave nothing out and share nothing, though another run finds a case less", () => {
  const all = Array.from({ length: 300 }, (_, at) => ({ name: `up/reset/0/once/${at}` }));
  const parts = [1, 2, 3].flatMap((part) => shuffled(part === 2 ? all.slice(1) : all, 1, { part, parts: 3 }));
  const names = new Set(parts.map(({ name }) => name));
  expect(parts.length).toBe(names.size);
  expect(names.size).toBeGreaterThanOrEqual(299);
});

test("all kinds of faults that the sandbox has are in the campaign", () => {
  expect(kindsOfFaults.map(({ kind }) => kind)).toEqual(kinds.map(({ name }) => name));
});

test("the inventory shows what nobody knows of, what is not there, and what is there twice", async () => {
  const cloud = await PaperCloud.open(emptyCloud);
  const post = (path: string, body: object) =>
    fetch(`${cloud.url}${path}`, {
      method: "POST",
      headers: { authorization: `Bearer ${tokens.first}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  try {
    await post("/v2/reserved_ips", { region: "fra1" });
    await post("/v2/domains", { name: "example.com" });
    await post("/v2/domains/example.com/records", { type: "A", name: "www", data: "203.0.113.5" });
    await cloud.cloud.settled();
    const { state } = cloud.cloud;
    const [ip, record] = [state.reservedIps[0]?.ip ?? "", state.domains[0]?.records.at(-1)?.id ?? 0];
    const [, , , tag] = typesInCloud;
    const known = [
      { type: "digitalocean:index/domain:Domain", id: "example.com" },
      { type: tag ?? "", id: "gone" },
    ];
    expect(differences(state, known)).toEqual([
      "not in the cloud: Tag gone",
      `in no state: ReservedIp ${ip}`,
      `in no state: DnsRecord ${record}`,
    ]);
  } finally {
    await cloud.close();
  }
});

import { ManualClock } from "../../../sandbox/clock";
import { small, TestApi } from "./api";

const hour = 3_600_000;
const day = 24 * hour;

describe("billing", () => {
  let api: TestApi;
  let clock: ManualClock;
  beforeEach(async () => {
    clock = new ManualClock(new Date("2026-01-10T00:00:00Z"));
    api = await TestApi.open({ clock });
  });
  afterEach(() => api.close());

  const usage = async (): Promise<string> => (await api.get("/v2/customers/my/balance")).text("month_to_date_usage");
  const items = async (invoice = "preview") =>
    (await api.get(`/v2/customers/my/invoices/${invoice}`)).list("invoice_items");

  test("an account without anything owes nothing", async () => {
    expect((await api.get("/v2/customers/my/balance")).body).toEqual({
      month_to_date_balance: "0.00",
      account_balance: "0.00",
      month_to_date_usage: "0.00",
      generated_at: "2026-01-10T00:00:00Z",
    });
    const listed = await api.get("/v2/customers/my/invoices");
    expect(listed.list("invoices")).toEqual([]);
    expect(listed.at("invoice_preview")).toMatchObject({ amount: "0.00", invoice_period: "2026-01" });
    expect((await api.get("/v2/customers/my/billing_history")).list("billing_history")).toEqual([]);
  });

  test("a droplet costs by the hour from its creation to its end, whether it is on or off", async () => {
    const id = await api.droplet("web");
    clock.advance(10 * hour);
    expect(await usage()).toBe("0.09");
    await api.post(`/v2/droplets/${id}/actions`, { type: "power_off" });
    clock.advance(90 * hour);
    expect(await usage()).toBe("0.89");
    await api.delete(`/v2/droplets/${id}`);
    await api.cloud.settled();
    clock.advance(100 * hour);
    expect(await usage()).toBe("0.89");
    expect(await items()).toMatchObject([
      {
        product: "Droplets",
        resource_id: String(id),
        description: "web (s-1vcpu-1gb)",
        amount: "0.89",
        duration: "100",
        duration_unit: "Hours",
        start_time: "2026-01-10T00:00:00Z",
        end_time: "2026-01-14T04:00:00Z",
        project_name: "first-project",
      },
    ]);
  });

  test("a month never costs more than its price", async () => {
    await api.droplet("web");
    clock.advance((22 + 28 + 31 + 3) * day);
    expect([await usage(), ...(await amounts())]).toEqual(["0.64", "6.00", "6.00", "4.72"]);
  });

  const amounts = async () =>
    (await api.get("/v2/customers/my/invoices")).list("invoices").map((one) => (one as { amount: string }).amount);

  test("a droplet costs a cent at least, and one that was never made nothing", async () => {
    const id = await api.droplet("short");
    clock.advance(1000);
    await api.delete(`/v2/droplets/${id}`);
    await api.cloud.settled();
    expect(await usage()).toBe("0.01");
    api.hosts.refuse("create", "no room");
    await api.post("/v2/droplets", { ...small, name: "never" });
    await api.cloud.settled();
    clock.advance(day);
    expect(await usage()).toBe("0.01");
  });

  test("whoever gives a droplet back pays no longer for it, however long its machine takes to go", async () => {
    const id = await api.droplet("web");
    clock.advance(100 * hour);
    api.hosts.hold();
    await api.delete(`/v2/droplets/${id}`);
    clock.advance(100 * hour);
    expect(await usage()).toBe("0.89");
    api.hosts.release();
    await api.cloud.settled();
    expect(await usage()).toBe("0.89");
  });

  test("another size costs another price from then on", async () => {
    const id = await api.droplet("web");
    await api.post(`/v2/droplets/${id}/actions`, { type: "power_off" });
    await api.cloud.settled();
    clock.advance(100 * hour);
    await api.post(`/v2/droplets/${id}/actions`, { type: "resize", size: "s-2vcpu-4gb" });
    await api.cloud.settled();
    clock.advance(100 * hour);
    expect(await items()).toMatchObject([
      { description: "web (s-1vcpu-1gb)", amount: "0.89", end_time: "2026-01-14T04:00:00Z" },
      { description: "web (s-2vcpu-4gb)", amount: "3.57", start_time: "2026-01-14T04:00:00Z" },
    ]);
  });

  test("backups add a fifth, daily ones three tenths", async () => {
    await api.droplet("weekly", { backups: true, backup_policy: { plan: "weekly", weekday: "SUN", hour: 4 } });
    await api.droplet("daily", { backups: true, backup_policy: { plan: "daily", hour: 4 } });
    clock.advance((672 * hour) / 2);
    expect(await items()).toMatchObject([
      { product: "Droplets", amount: "3.00" },
      { product: "Backups", description: "weekly (20% of s-1vcpu-1gb)", amount: "0.60" },
      { product: "Droplets", amount: "3.00" },
      { product: "Backups", description: "daily (30% of s-1vcpu-1gb)", amount: "0.90" },
    ]);
  });

  test("volumes and their snapshots cost by size", async () => {
    const volume = await api.post("/v2/volumes", { name: "data", region: "fra1", size_gigabytes: 100 });
    await api.cloud.settled();
    const id = volume.text("volume", "id");
    await api.post(`/v2/volumes/${id}/snapshots`, { name: "then" });
    await api.cloud.settled();
    const size = (await api.get("/v2/snapshots")).number("snapshots", 0, "size_gigabytes");
    clock.advance(336 * hour);
    expect(await items()).toMatchObject([
      { product: "Volumes", resource_uuid: id, description: "data (100 GiB)", amount: "5.00" },
      { product: "Snapshots", amount: (size * 0.03).toFixed(2) },
    ]);
    await api.delete(`/v2/volumes/${id}`);
    await api.cloud.settled();
    clock.advance(24 * hour);
    expect((await items())[0]).toMatchObject({ product: "Volumes", amount: "5.00" });
  });

  test("a reserved IP costs only while it leads to no droplet", async () => {
    const ip = (await api.post("/v2/reserved_ips", { region: "fra1" })).text("reserved_ip", "ip");
    await api.post("/v2/reserved_ipv6", { region_slug: "fra1" });
    clock.advance(168 * hour);
    const id = await api.droplet("web");
    await api.post(`/v2/reserved_ips/${ip}/actions`, { type: "assign", droplet_id: id });
    await api.cloud.settled();
    clock.advance(168 * hour);
    expect(await items()).toMatchObject([
      { product: "Reserved IPs", description: `Unused Reserved IP - ${ip}`, amount: "1.25", duration: "168" },
      { product: "Droplets" },
    ]);
  });

  test("a month that is over is an invoice, issued and paid on the first of the next", async () => {
    await api.droplet("web");
    clock.advance(31 * day);
    const listed = await api.get("/v2/customers/my/invoices");
    expect(listed.list("invoices")).toMatchObject([{ amount: "4.72", invoice_period: "2026-01" }]);
    expect(listed.at("invoice_preview", "invoice_period")).toBe("2026-02");
    const uuid = listed.text("invoices", 0, "invoice_uuid");
    expect(uuid).not.toBe(listed.text("invoice_preview", "invoice_uuid"));
    expect(await items(uuid)).toMatchObject([{ amount: "4.72", end_time: "2026-02-01T00:00:00Z" }]);
    expect((await api.get("/v2/customers/my/billing_history")).list("billing_history")).toMatchObject([
      { type: "Payment", amount: "-4.72", invoice_uuid: uuid },
      { type: "Invoice", amount: "4.72", date: "2026-02-01T00:00:00Z", description: "Invoice for January 2026" },
    ]);
  });

  test("an invoice has a summary and a table, but no PDF", async () => {
    await api.droplet("web");
    await api.post("/v2/reserved_ips", { region: "fra1" });
    clock.advance(100 * hour);
    const summary = await api.get("/v2/customers/my/invoices/preview/summary");
    expect(summary.body).toMatchObject({
      billing_period: "2026-01",
      amount: "1.63",
      product_charges: {
        amount: "1.63",
        items: [
          { name: "Droplets", amount: "0.89", count: "1" },
          { name: "Reserved IPs", amount: "0.74", count: "1" },
        ],
      },
    });
    const csv = await api.get("/v2/customers/my/invoices/preview/csv");
    expect(csv.headers["content-type"]).toBe("text/csv; charset=utf-8");
    expect(csv.body).toBe(
      [
        "product,group_description,description,hours,start,end,USD,project_name,category",
        "Droplets,,web (s-1vcpu-1gb),100,2026-01-10 00:00:00 +0000,2026-01-14 04:00:00 +0000,$0.89,first-project,iaas",
        "Reserved IPs,,Unused Reserved IP - 198.51.100.4,100,2026-01-10 00:00:00 +0000,2026-01-14 04:00:00 +0000,$0.74,first-project,iaas",
        "",
      ].join("\n"),
    );
    const pdf = await api.get("/v2/customers/my/invoices/preview/pdf");
    expect([pdf.status, pdf.text("message")]).toEqual([422, expect.stringMatching(/no PDF/)]);
  });

  test("an invoice that is not there is not found", async () => {
    for (const part of ["", "/summary", "/csv", "/pdf"]) {
      expect((await api.get(`/v2/customers/my/invoices/nothing${part}`)).status).toBe(404);
    }
  });

  test("what it costs is not forgotten by a daemon that is killed", async () => {
    await api.droplet("web");
    clock.advance(100 * hour);
    await api.restart();
    clock.advance(100 * hour);
    expect(await usage()).toBe("1.79");
    expect(await items()).toHaveLength(1);
  });
});

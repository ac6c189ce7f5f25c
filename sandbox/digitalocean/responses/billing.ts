import type { Invoice, InvoiceItem } from "../models/invoices";
import { type CloudState, timestamp } from "../state";
import { accountBody } from "./account";

/** Invoices are paid when they are issued, so what is owed is the month so far. */
export function balanceBody({ amount }: Invoice, now: Date): object {
  return {
    month_to_date_balance: dollars(amount),
    account_balance: dollars(0),
    month_to_date_usage: dollars(amount),
    generated_at: timestamp(now),
  };
}

export function invoiceBody({ uuid, number, amount, period }: Invoice): object {
  return { invoice_uuid: uuid, invoice_id: number, amount: dollars(amount), invoice_period: period.name };
}

export function previewBody(invoice: Invoice, now: Date): object {
  return { ...invoiceBody(invoice), updated_at: timestamp(now) };
}

/** What is issued, and what is paid for it. */
export function historyBodies({ uuid, number, amount, period }: Invoice): object[] {
  const common = { invoice_id: number, invoice_uuid: uuid, date: timestamp(period.end) };
  const month = period.start.toLocaleDateString("en-US", { month: "long", year: "numeric", timeZone: "UTC" });
  return [
    { description: `Payment for ${month}`, amount: dollars(-amount), type: "Payment", ...common },
    { description: `Invoice for ${month}`, amount: dollars(amount), type: "Invoice", ...common },
  ];
}

export function itemBody({ usage, start, end, amount }: InvoiceItem): object {
  const { product, resourceId, description, project } = usage;
  return {
    product,
    ...(/^\d+$/.test(resourceId) ? { resource_id: resourceId } : { resource_uuid: resourceId }),
    group_description: "",
    description,
    amount: dollars(amount),
    duration: String(hoursOf(start, end)),
    duration_unit: "Hours",
    start_time: timestamp(start),
    end_time: timestamp(end),
    project_name: project,
    category: "iaas",
  };
}

export function summaryBody(state: CloudState, invoice: Invoice): object {
  const { uuid, number, period, amount, items } = invoice;
  const { name, email } = accountBody(state);
  const products = [...new Set(items.map(({ usage }) => usage.product))];
  return {
    invoice_uuid: uuid,
    invoice_id: number,
    billing_period: period.name,
    amount: dollars(amount),
    user_name: name,
    user_billing_address: {},
    user_company: "",
    user_email: email,
    product_charges: {
      name: "Product usage charges",
      amount: dollars(amount),
      items: products.map((product) => {
        const own = items.filter(({ usage }) => usage.product === product);
        const sum = own.reduce((total, item) => total + item.amount, 0);
        return { name: product, amount: dollars(sum), count: String(own.length) };
      }),
    },
    overages: { name: "Overages", amount: dollars(0) },
    taxes: { name: "Taxes", amount: dollars(0) },
    credits_and_adjustments: { name: "Credits & adjustments", amount: dollars(0) },
  };
}

export function invoiceCsv({ items }: Invoice): string {
  const header = "product,group_description,description,hours,start,end,USD,project_name,category";
  const lines = items.map(({ usage: { product, description, project }, start, end, amount }) =>
    [
      product,
      "",
      description,
      hoursOf(start, end),
      csvTime(start),
      csvTime(end),
      `$${dollars(amount)}`,
      project,
      "iaas",
    ]
      .map((cell) => csvCell(String(cell)))
      .join(","),
  );
  return [header, ...lines, ""].join("\n");
}

/** Hours that have begun. */
function hoursOf(start: Date, end: Date): number {
  return Math.ceil((end.getTime() - start.getTime()) / 3_600_000);
}

function dollars(amount: number): string {
  return amount.toFixed(2);
}

function csvTime(at: Date): string {
  return timestamp(at).replace("T", " ").replace("Z", " +0000");
}

function csvCell(text: string): string {
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

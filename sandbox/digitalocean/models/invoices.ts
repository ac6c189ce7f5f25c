import { createHash } from "node:crypto";

import { leastOfDroplet } from "../catalogue/prices";
import { notFound } from "../errors";
import type { CloudState, UsageRecord } from "../state";

/** A calendar month, in UTC. */
export interface Period {
  /** `2026-01`. */
  readonly name: string;
  readonly start: Date;
  readonly end: Date;
}

export interface InvoiceItem {
  readonly usage: UsageRecord;
  readonly start: Date;
  readonly end: Date;
  /** US dollars, in whole cents. */
  readonly amount: number;
}

export interface Invoice {
  readonly uuid: string;
  readonly number: string;
  readonly period: Period;
  readonly items: readonly InvoiceItem[];
  /** US dollars. */
  readonly amount: number;
}

export function periodOf(at: Date): Period {
  const start = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth(), 1));
  const end = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1));
  return { name: start.toISOString().slice(0, 7), start, end };
}

/** The month so far. */
export function preview(state: CloudState, now: Date): Invoice {
  return invoiceOf(state, periodOf(now), now);
}

/** Of all months that are over and cost anything, the latest first. Each was issued when the next one began. */
export function invoices(state: CloudState, now: Date): Invoice[] {
  const first = Math.min(...(state.usage ?? []).map(({ from }) => Date.parse(from)), now.getTime());
  const found: Invoice[] = [];
  let period = periodOf(now);
  while (period.start.getTime() > first) {
    period = periodOf(new Date(period.start.getTime() - 1));
    const invoice = invoiceOf(state, period, now);
    if (invoice.items.length > 0) found.push(invoice);
  }
  return found;
}

/** @param uuid `preview` means the month so far */
export function getInvoice(state: CloudState, uuid: string, now: Date): Invoice {
  const running = preview(state, now);
  if (uuid === "preview" || uuid === running.uuid) return running;
  const found = invoices(state, now).find((one) => one.uuid === uuid);
  if (found === undefined) throw notFound();
  return found;
}

function invoiceOf(state: CloudState, period: Period, now: Date): Invoice {
  const items = (state.usage ?? []).flatMap((usage) => itemOf(usage, period, now));
  return {
    uuid: uuidOf(`${state.account.uuid} ${period.name}`),
    number: period.name.replace("-", ""),
    period,
    items,
    amount: toCents(items.reduce((sum, { amount }) => sum + amount, 0)),
  };
}

function itemOf(usage: UsageRecord, period: Period, now: Date): InvoiceItem[] {
  const [from, until] = [Date.parse(usage.from), usage.until === undefined ? now.getTime() : Date.parse(usage.until)];
  const start = new Date(Math.max(from, period.start.getTime()));
  const end = new Date(Math.min(until, period.end.getTime()));
  if (end < start || (end.getTime() === start.getTime() && start.getTime() !== from)) return [];
  return [{ usage, start, end, amount: amountOf(usage, end.getTime() - start.getTime()) }];
}

function amountOf({ product, hourly, monthly }: UsageRecord, ms: number): number {
  if (product !== "Droplets") return toCents(Math.min(monthly, (hourly * ms) / 3_600_000));
  const hours = Math.max(ms / 3_600_000, leastOfDroplet.seconds / 3600);
  return toCents(Math.max(leastOfDroplet.amount, Math.min(monthly, hourly * hours)));
}

function toCents(amount: number): number {
  return Math.round(amount * 100) / 100;
}

/** The same name has the same UUID whenever it is asked for (as RFC 9562, 5.5, but hashed with SHA-256). */
function uuidOf(name: string): string {
  const hex = createHash("sha256").update(name).digest("hex");
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}

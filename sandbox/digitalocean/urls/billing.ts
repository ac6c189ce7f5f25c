import type { FastifyInstance, FastifyRequest } from "fastify";

import type { Cloud } from "../cloud";
import { unprocessable } from "../errors";
import { getInvoice, type Invoice, invoices, preview } from "../models/invoices";
import { page } from "../pagination";
import { parameter } from "../request";
import {
  balanceBody,
  historyBodies,
  invoiceBody,
  invoiceCsv,
  itemBody,
  previewBody,
  summaryBody,
} from "../responses/billing";

/** What the account costs: everything follows from the ledger of what was there when. */
export function billingRoutes(app: FastifyInstance, cloud: Cloud): void {
  const now = (): Date => cloud.clock.now();

  app.get("/customers/my/balance", () => balanceBody(preview(cloud.state, now()), now()));

  app.get("/customers/my/billing_history", (request) =>
    page(request, "billing_history", invoices(cloud.state, now()).flatMap(historyBodies), (entry) => entry),
  );

  app.get("/customers/my/invoices", (request) => ({
    ...page(request, "invoices", invoices(cloud.state, now()), invoiceBody),
    invoice_preview: previewBody(preview(cloud.state, now()), now()),
  }));

  const asked = (request: FastifyRequest): Invoice => getInvoice(cloud.state, parameter(request, "invoice"), now());
  const one = "/customers/my/invoices/:invoice";

  app.get(one, (request) => page(request, "invoice_items", asked(request).items, itemBody));

  app.get(`${one}/summary`, (request) => summaryBody(cloud.state, asked(request)));

  app.get(`${one}/csv`, (request, reply) => reply.type("text/csv; charset=utf-8").send(invoiceCsv(asked(request))));

  app.get(`${one}/pdf`, (request) => {
    asked(request);
    throw unprocessable("The sandbox draws no PDF of an invoice; its CSV has the same items.");
  });
}

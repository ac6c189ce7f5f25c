import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ticketKeyIn } from "../../guard/ticket-key";
import { newTicketKey, StackTickets } from "../../guard/tickets";
import { type Guarded, guarded } from "./guarded";
import { Scripted, sendJson } from "./scripted";

describe("a ticket", () => {
  test("is the same each time, one for each stack, and as long as a token", () => {
    const key = newTicketKey();
    const [one, other] = [new StackTickets(key), new StackTickets(key)];
    expect(one.issue("office")).toBe(other.issue("office"));
    expect(one.issue("office")).not.toBe(one.issue("shop"));
    expect(one.issue("office")).toMatch(/^d4m_v1_[0-9a-f]{64}$/);
    expect(new StackTickets(newTicketKey()).issue("office")).not.toBe(one.issue("office"));
  });

  test("is known where it was issued, until it is withdrawn", () => {
    const key = newTicketKey();
    const [one, other] = [new StackTickets(key), new StackTickets(key)];
    const ticket = one.issue("office");
    expect(one.stackOf(ticket)).toBe("office");
    expect(other.stackOf(ticket)).toBeUndefined();
    for (const wrong of ["", ticket.slice(1), `${ticket}0`, ticket.toUpperCase(), "ä".repeat(71)])
      expect([wrong, one.stackOf(wrong)]).toEqual([wrong, undefined]);
    one.withdraw("office");
    expect(one.stackOf(ticket)).toBeUndefined();
  });
});

describe("a guard lets in", () => {
  let api: Scripted;
  let through: Guarded;
  beforeEach(async () => {
    api = await Scripted.open((response) => {
      sendJson(response, { account: {} });
    });
    through = await guarded(api.url);
  });
  afterEach(async () => {
    await through.close();
    await api.close();
  });
  const ask = async (headers: Record<string, string>) => {
    const answer = await fetch(`${through.url}/v2/account`, { headers });
    return [answer.status, ((await answer.json()) as { id?: string }).id] as const;
  };

  test("whoever shows the ticket, in any spelling of «Bearer»", async () => {
    expect(await ask({ authorization: `Bearer ${through.ticket}` })).toEqual([200, undefined]);
    expect(await ask({ authorization: `bearer ${through.ticket}` })).toEqual([200, undefined]);
  });

  test("nobody without a ticket, with a token, or with one of a stack that this guard is not for", async () => {
    const foreign = new StackTickets(newTicketKey()).issue("office");
    const unknown = [401, "deploy4me_ticket_unknown"];
    expect(await ask({})).toEqual(unknown);
    for (const wrong of [
      `Bearer ${foreign}`,
      "Bearer doo_v1_token",
      `Basic ${through.ticket}`,
      "Bearer",
      through.ticket,
    ])
      expect([wrong, ...(await ask({ authorization: wrong }))]).toEqual([wrong, ...unknown]);
    expect(api.arrived).toEqual([]);
  });

  test("nobody whose operation has ended", async () => {
    through.leases.all.clear();
    const answer = await through.ask("GET", "/v2/account");
    expect([answer.status, answer.json().id]).toEqual([403, "deploy4me_lease_ended"]);
    expect(api.arrived).toEqual([]);
  });

  test("no repetition of a request whose operation has ended meanwhile", async () => {
    await api.close();
    api = await Scripted.open((response) => {
      through.leases.take("office", 2);
      response.writeHead(503, { "content-type": "application/json" }).end("{}");
    });
    const late = await guarded(api.url, { leases: through.leases, tickets: through.tickets });
    const answer = await fetch(`${late.url}/v2/account`, { headers: { authorization: `Bearer ${through.ticket}` } });
    expect(await answer.json()).toMatchObject({ id: "deploy4me_lease_ended" });
    expect(api.arrived).toHaveLength(1);
    await late.close();
  });
});

describe("the key of tickets", () => {
  let directory: string;
  let file: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "deploy4me-key-"));
    file = join(directory, "connections", "ticket-key");
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  test("is made once, for its owner alone, and nothing is left beside it", () => {
    const key = ticketKeyIn(file);
    expect(ticketKeyIn(file)).toEqual(key);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(directory, "connections"))).toEqual(["ticket-key"]);
    expect(readFileSync(file)).toEqual(key);
  });

  test("that others can read, or that is too short, is not used", () => {
    ticketKeyIn(file);
    chmodSync(file, 0o640);
    expect(() => ticketKeyIn(file)).toThrow(/chmod 600/);
    chmodSync(file, 0o600);
    writeFileSync(file, "short");
    expect(() => ticketKeyIn(file)).toThrow(/does not have 32 bytes/);
  });
});

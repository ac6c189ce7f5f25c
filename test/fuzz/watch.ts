import type { FastifyInstance } from "fastify";

/** What a server answered, as itself saw it: no client has to be believed. */
export interface Report {
  /** How often, by route and first digit of the status: `GET /v2/droplets 2xx`. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Answers that must not be: server errors, and traces of the program's insides. At most a few. */
  readonly wrong: readonly string[];
}

const enough = 20;

/** A line of a stack trace, or a path of ours. */
const insides = /\bat (?:async )?[^\n"]{0,200}:\d+:\d+\)?|node_modules|dist\/sandbox|node:internal/;

/** Looks over a server's shoulder. */
export class Watch {
  private readonly outcomes = new Map<string, number>();
  private readonly wrong: string[] = [];
  private readonly recent: string[] = [];

  log(line: string): void {
    this.recent.push(line);
    if (this.recent.length > enough) this.recent.shift();
  }

  over(app: FastifyInstance): void {
    app.addHook("onSend", (request, reply, payload, done) => {
      const body = typeof payload === "string" ? payload : "";
      const route = `${request.method} ${request.routeOptions.url ?? "nowhere"}`;
      const outcome = `${route} ${Math.floor(reply.statusCode / 100)}xx`;
      this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
      if ((reply.statusCode >= 500 || insides.test(body)) && this.wrong.length < enough) {
        const sent = `${request.method} ${request.url} ${JSON.stringify(request.body ?? null).slice(0, 500)}`;
        this.wrong.push(
          `${sent} → ${reply.statusCode} ${body.slice(0, 500)} (${this.recent.at(-1) ?? "nothing logged"})`,
        );
      }
      done(null, payload);
    });
  }

  /** Since the last report. */
  report(): Report {
    const outcomes = Object.fromEntries(this.outcomes);
    this.outcomes.clear();
    return { outcomes, wrong: this.wrong.splice(0) };
  }
}

/** Whether a text shows the program's insides. */
export function showsInsides(text: string): boolean {
  return insides.test(text);
}

import type { Pace, PaceObservation } from "../../guard/interfaces";
import { ReconnectNeeded } from "../../connections/credentials";
import { type Guarded, guarded, HandedLeases, HandedToken } from "./guarded";
import { Scripted } from "./scripted";

/** Counts turns that were given and not given back. */
class CountedPace implements Pace {
  open = 0;
  readonly seen: PaceObservation[] = [];

  constructor(private readonly onTurn: () => void = () => undefined) {}

  admit(): Promise<void> {
    this.open++;
    this.onTurn();
    return Promise.resolve();
  }

  observe(seen: PaceObservation): void {
    this.open--;
    this.seen.push(seen);
  }
}

describe("a turn at the API", () => {
  let api: Scripted;
  let through: Guarded | undefined;
  beforeEach(async () => {
    api = await Scripted.open((response) => {
      response.writeHead(200, { "content-type": "application/json" }).end('{"account":{}}');
    });
  });
  afterEach(async () => {
    await through?.close();
    await api.close();
  });

  test("is given back with the answer", async () => {
    const pace = new CountedPace();
    through = await guarded(api.url, { pace });
    expect((await through.ask("GET", "/v2/account")).status).toBe(200);
    expect([pace.open, pace.seen.map(({ status }) => status)]).toEqual([0, [200]]);
  });

  test("is given back when the operation has ended before it came", async () => {
    const leases = new HandedLeases();
    leases.take("office");
    const pace = new CountedPace(() => {
      leases.all.clear();
    });
    through = await guarded(api.url, { pace, leases });
    expect((await through.ask("GET", "/v2/account")).status).toBe(403);
    expect([pace.open, pace.seen.length]).toEqual([0, 1]);
    expect(api.arrived).toEqual([]);
  });

  test("is given back when there is no token", async () => {
    const tokens = new HandedToken("doo_v1_gone");
    tokens.current = () => Promise.reject(new ReconnectNeeded("main", "refused"));
    const pace = new CountedPace();
    through = await guarded(api.url, { pace, tokens });
    expect((await through.ask("GET", "/v2/account")).json()).toMatchObject({ id: "deploy4me_reconnect_needed" });
    expect([pace.open, pace.seen.length]).toEqual([0, 1]);
  });
});

import type { FastifyInstance } from "fastify";
import { z } from "zod";

import { type Clock, ManualClock } from "../clock";
import { adminBody, AdminError } from "./server";

const advance = z.object({ seconds: z.number().nonnegative() });

/** `GET /clock`, and `POST /clock/advance` for one that stands still. */
export function clockRoutes(app: FastifyInstance, clock: Clock): void {
  const body = (): object => ({ now: clock.now().toISOString(), standsStill: clock instanceof ManualClock });

  app.get("/clock", body);

  app.post("/clock/advance", (request) => {
    const { seconds } = adminBody(request, advance);
    if (!(clock instanceof ManualClock)) {
      throw new AdminError(
        409,
        "the sandbox goes by this machine's time: start it with `deploy4me sandbox start --clock TIME` for a clock that stands still",
      );
    }
    clock.advance(seconds * 1000);
    return body();
  });
}

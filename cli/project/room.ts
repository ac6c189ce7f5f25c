import { sentence } from "../../connections/sentence";
import { neededOfAws } from "../../driver/request/aws-needs";
import { NoRoom } from "./errors";
import type { Report } from "./report";
import type { Session } from "./session";

export interface Looking {
  readonly report: Pick<Report, "warn">;
  readonly signal: AbortSignal;
}

/** For all of it, in milliseconds. */
const within = 20_000;

/**
 * Whether the account has room for a project that was never deployed from here: a quota that is too small would end `up` in its middle. Of DigitalOcean,
 * the program itself looks. What else is wrong with the account is left to the operation, which says it.
 * @throws NoRoom
 */
export async function checkRoom(
  { account, driver, request }: Pick<Session, "account" | "driver" | "request">,
  { report, signal }: Looking,
): Promise<void> {
  if (account.cloud !== "aws" || (await driver.kept(request.project)) !== undefined) return;
  const { region } = request;
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(within)]);
  // What can't be signed with ends the operation as well, by the same words.
  const credentials = await account.connection.credentials.current(inTime);
  // AWS's clients take longer to load than a whole command for DigitalOcean.
  const { checkAws } = await import("../../connections/aws/check.js");
  const verdict = await checkAws({ region, credentials, needed: neededOfAws(request), timeoutMs: within });
  if (verdict.kind === "quota") throw new NoRoom(sentence(verdict, { provider: "AWS" }), verdict);
  if (verdict.kind === "works" && verdict.unseen !== undefined)
    report.warn(`Whether there is room could not be looked at for these quotas: ${verdict.unseen.join(", ")}.`);
}

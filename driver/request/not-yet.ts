import type { Problems } from "../../programs/check";
import { clouds, type Cloud, type ProjectRequestSource } from "./schema";

/** The clouds that a request may have today. */
export const availableClouds: readonly Cloud[] = clouds;

/** What has a name in a request but can't be brought about yet. Nothing of it is ever passed over in silence. */
export function addWhatIsNotYet(problems: Problems, { backups }: ProjectRequestSource): void {
  if (backups === undefined) return;
  const sentence = "can't be set up yet: leave it out, and back up what you can't lose by other means";
  problems.add(["backups"], backups, sentence);
}

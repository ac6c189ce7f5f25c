import type { Problems } from "../../programs/check";
import { clouds, type Cloud, type ProjectRequestSource } from "./schema";

/** What has a name in a request but can't be brought about yet. Nothing of it is ever passed over in silence. */
const notYet: Readonly<Partial<Record<Cloud, string>>> = {
  aws: "can't be aws yet: this release deploys to digitalocean alone",
};

/** The clouds that a request may have today. */
export const availableClouds: readonly Cloud[] = clouds.filter((cloud) => notYet[cloud] === undefined);

export function addWhatIsNotYet(problems: Problems, { cloud, backups }: ProjectRequestSource): void {
  const expected = notYet[cloud];
  if (expected !== undefined) problems.add(["cloud"], cloud, expected);
  if (backups !== undefined) {
    const sentence = "can't be set up yet: leave it out, and back up what you can't lose by other means";
    problems.add(["backups"], backups, sentence);
  }
}

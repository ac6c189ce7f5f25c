import { InvalidArgument } from "../errors";
import { type CheckedByAws, findMistakesOnAws } from "./checks";

/**
 * Refuses what AWS would refuse, before anything is created.
 * @throws InvalidArgument for the first mistake
 */
export function validateOnAws(args: CheckedByAws): void {
  const [problem] = findMistakesOnAws(args);
  if (problem) throw InvalidArgument.from(problem);
}

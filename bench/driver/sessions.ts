import { readFileSync } from "node:fs";

/** Which sessions are of a driver's operations: their environment has its home. */
export class DriverSessions {
  private readonly known = new Map<number, boolean>();
  private readonly mark: string;

  /** @param folder in which the driver's home is */
  constructor(folder: string) {
    this.mark = `${folder}/driver/runs/`;
  }

  has(session: number): boolean {
    const known = this.known.get(session);
    if (known !== undefined) return known;
    try {
      const found = readFileSync(`/proc/${session}/environ`, "latin1").includes(this.mark);
      this.known.set(session, found);
      return found;
    } catch {
      return false;
    }
  }
}

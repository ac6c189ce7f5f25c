/** What both sides deploy: a wiki behind a bastion. */
export interface Request {
  readonly domain: string;
  readonly region: string;
  readonly size: string;
  readonly networkRange: string;
  /** The address of this machine towards the sandbox. */
  readonly adminAccess: readonly string[];
  readonly title: string;
}

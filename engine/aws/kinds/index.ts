import type { Kind } from "../kind";
import { computeKinds } from "./compute";
import { dnsKinds } from "./dns";
import { identityKinds } from "./identity";
import { networkKinds } from "./network";
import { securityKinds } from "./security";
import { storageKinds } from "./storage";

/** Every type of resource that the stand-in knows: those that our components make. */
export const kinds: Readonly<Record<string, Kind>> = {
  ...networkKinds,
  ...securityKinds,
  ...computeKinds,
  ...storageKinds,
  ...identityKinds,
  ...dnsKinds,
};

import type { Kind } from "../kind";
import { actionErrored } from "./action-errored";
import { actionStuck } from "./action-stuck";
import { blocked } from "./blocked";
import { challenge } from "./challenge";
import { diskFull } from "./disk-full";
import { dribble } from "./dribble";
import { dropletLost } from "./droplet-lost";
import { edgeError } from "./edge-error";
import { empty } from "./empty";
import { fieldDropped } from "./field-dropped";
import { fieldRenamed } from "./field-renamed";
import { gatewayTimeout } from "./gateway-timeout";
import { neverBoots } from "./never-boots";
import { doesNotExist } from "./not-found";
import { rateLimited } from "./rate-limited";
import { reset } from "./reset";
import { serverError } from "./server-error";
import { slow } from "./slow";
import { tokenRevoked } from "./token-revoked";
import { truncated } from "./truncated";
import { typeChanged } from "./type-changed";
import { wrapped } from "./wrapped";
import { wrongHostKey } from "./wrong-host-key";
import { wrongType } from "./wrong-type";

/** Every kind there is, in the order in which people meet them: the edge, the API, the line, the answer, the cloud. */
export const kinds: readonly Kind[] = [
  challenge,
  blocked,
  edgeError,
  gatewayTimeout,
  rateLimited,
  serverError,
  doesNotExist,
  tokenRevoked,
  reset,
  slow,
  dribble,
  truncated,
  empty,
  wrongType,
  fieldRenamed,
  fieldDropped,
  typeChanged,
  wrapped,
  actionErrored,
  actionStuck,
  dropletLost,
  neverBoots,
  wrongHostKey,
  diskFull,
];

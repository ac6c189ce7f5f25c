import type { IncomingMessage } from "node:http";

import { GuardProblem } from "../problems";

/** What a client asks for, when it asks the guard for something of its upstream. */
export interface Target {
  readonly method: string;
  readonly path: string;
  readonly query: string;
}

const methods: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]);

/**
 * Refuses what does not concern the upstream: other hosts, whole addresses, other protocols, paths that lead elsewhere.
 * @param hosts what a client that means this guard has as `host`: a page in a browser that was led here by a name of its own has another
 * @throws GuardProblem with REQUEST_REFUSED
 */
export function targetOf(request: IncomingMessage, hosts: ReadonlySet<string>): Target {
  const { method = "", url = "", headers } = request;
  if (!methods.has(method)) throw refused(`the method ${shown(method)} is not one of this API`);
  if (headers.upgrade !== undefined) throw refused("it wants another protocol");
  if (!hosts.has(headers.host?.toLowerCase() ?? "")) throw refused(`it is for the host ${shown(headers.host ?? "")}`);
  if (!url.startsWith("/")) throw refused("it has a whole address in place of a path");
  const at = url.indexOf("?");
  const path = at === -1 ? url : url.slice(0, at);
  const query = at === -1 ? "" : url.slice(at);
  if (path.startsWith("//")) throw refused("its path begins with an address");
  if (!isPlain(path) || !/^[\x21-\x7e]*$/.test(query) || query.includes("#")) throw refused("its path is none");
  return { method, path, query };
}

/** Whether a path means what it looks like, to whoever decodes it, and how often. */
function isPlain(path: string): boolean {
  let text = path;
  for (let decodings = 0; decodings < 4; decodings++) {
    if (/[\\\0-\x20\x7f#]/.test(decodings === 0 ? text : text.replaceAll(" ", ""))) return false;
    if (text.split("/").some((part) => part === ".." || part === ".")) return false;
    if (!text.includes("%")) return true;
    try {
      text = decodeURIComponent(text);
    } catch {
      return false;
    }
  }
  return false;
}

function refused(why: string): GuardProblem {
  return new GuardProblem(
    "REQUEST_REFUSED",
    `The guard sends on only what is for DigitalOcean's API, and refused this request: ${why}.`,
  );
}

/** For an error: short, and nothing that a terminal would take for a command. */
function shown(text: string): string {
  return `«${text.replace(/[^\x20-\x7e]+/g, "?").slice(0, 80)}»`;
}

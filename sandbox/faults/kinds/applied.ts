import { flag } from "../options";

/** Whether the request is carried out before its answer is lost: what makes a client send the same create twice. */
export const applied = flag("carry the request out, and strike in place of its answer when it succeeds");

import { closeSync, constants, openSync } from "node:fs";
import { basename, dirname, join } from "node:path";

/** What fits into the kernel's address of a Unix socket (sun_path), in bytes. */
const longest = 107;

/**
 * How a Unix socket is called when it is bound or connected to. A directory may lie deeper than an address can say: then
 * the way leads through a handle of that directory.
 * @returns the path, and what gives the handle back once the socket is no longer used
 */
export function socketAddress(file: string): { readonly path: string; readonly release: () => void } {
  if (Buffer.byteLength(file) <= longest) return { path: file, release: () => undefined };
  const handle = openSync(dirname(file), constants.O_RDONLY | constants.O_DIRECTORY);
  return {
    path: join("/proc/self/fd", String(handle), basename(file)),
    release: () => {
      closeSync(handle);
    },
  };
}

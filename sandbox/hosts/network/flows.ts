import { inNamespace, run } from "./command";

/**
 * Forgets every flow of these addresses. Without that, what was established stays with the machine an address led to
 * before, for as long as somebody sends.
 */
export async function cutFlows(router: string, addresses: readonly string[]): Promise<void> {
  for (const address of addresses) {
    const family = address.includes(":") ? "ipv6" : "ipv4";
    // As the one called, as the caller, and as the one who a caller was shown as.
    for (const side of ["--orig-dst", "--orig-src", "--reply-dst"]) {
      const [program, args] = inNamespace(router, ["conntrack", "--delete", "--family", family, side, address]);
      // 1: there was none.
      await run(program, args, { action: `cutting the flows of ${address}`, success: [0, 1] });
    }
  }
}

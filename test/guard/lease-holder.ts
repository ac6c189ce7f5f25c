import { FileLeases } from "../../guard/leases";

/** A process that takes a lease and keeps it until it is told to end, or is killed: for `fork`. */
function main([file = "", stack = ""]: readonly string[]): void {
  const leases = FileLeases.open(file);
  try {
    process.send?.({ taken: leases.take(stack, { holder: "pulumi" }) });
  } catch (error) {
    process.send?.({ refused: (error as { code?: string }).code });
  }
  process.on("message", () => {
    process.send?.({ held: leases.held(stack) !== undefined });
  });
  process.on("disconnect", () => process.exit());
}

main(process.argv.slice(2));

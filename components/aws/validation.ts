import { InvalidArgument } from "../errors";

/**
 * What a tag's value may be: up to 256 letters, digits, spaces and `_ . : / = + - @` (EC2 user guide, «Tag restrictions»).
 * Stand-ins take anything.
 * @throws InvalidArgument
 */
export function validateOwner(owner: string | undefined): void {
  if (owner === undefined || (/^[\p{L}\p{N} _.:/=+\-@]{1,256}$/u.test(owner) && owner.trim() === owner)) return;
  throw new InvalidArgument(
    "owner",
    owner,
    "has to be what AWS takes for a tag: 1 to 256 letters, digits, spaces and _ . : / = + - @",
  );
}

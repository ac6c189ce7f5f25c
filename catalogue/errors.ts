/** A definition in the catalogue is not what `catalogue/schema.ts` asks for: which file, where in it, what is right. */
export class InvalidDefinition extends Error {
  override readonly name = "InvalidDefinition";
  readonly code = "INVALID_DEFINITION";

  constructor(
    readonly file: string,
    /** The place in the file, such as `parameters.title.pattern`; empty for the file as a whole. */
    readonly path: string,
    readonly expected: string,
  ) {
    super(`${file}: ${path === "" ? "the definition" : path} ${expected}`);
  }
}

/** The file system of the sandbox's machines can't be made. */
export class ImageBuildFailed extends Error {
  override readonly name = "ImageBuildFailed";
  readonly code = "IMAGE_BUILD_FAILED";

  constructor(
    /** What failed and what to do. */
    problem: string,
    /** The end of what the failing program printed. */
    readonly output = "",
    options?: ErrorOptions,
  ) {
    super(`The image of the sandbox's machines can't be built: ${problem}${output && `\n${output}`}`, options);
  }
}

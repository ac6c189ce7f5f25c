/**
 * An answer of the API that is not a success, as DigitalOcean words it: `id` is stable, `message` is for people.
 * Models throw it; the server turns it into a response.
 */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly status: number,
    readonly id: string,
    message: string,
  ) {
    super(message);
  }
}

export function badRequest(message: string): ApiError {
  return new ApiError(400, "bad_request", message);
}

export function unauthorized(): ApiError {
  return new ApiError(401, "unauthorized", "Unable to authenticate you");
}

export function forbidden(message: string): ApiError {
  return new ApiError(403, "forbidden", message);
}

export function notFound(message = "The resource you were accessing could not be found."): ApiError {
  return new ApiError(404, "not_found", message);
}

export function conflict(message: string): ApiError {
  return new ApiError(409, "conflict", message);
}

export function preconditionFailed(message: string): ApiError {
  return new ApiError(412, "precondition_failed", message);
}

export function unprocessable(message: string): ApiError {
  return new ApiError(422, "unprocessable_entity", message);
}

/** The machine room could not do what the request needs; its reason is in the daemon's log. */
export function serverError(message: string): ApiError {
  return new ApiError(500, "server_error", message);
}

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

/** The token is good, but not for this. The wording is what the original answers; its description has another one. */
export function missingScope(): ApiError {
  return forbidden("You are not authorized to perform this operation");
}

export function forbidden(message: string): ApiError {
  return new ApiError(403, "forbidden", message);
}

export function notFound(message = "The resource you were accessing could not be found."): ApiError {
  return new ApiError(404, "not_found", message);
}

/** Assumed: the original does not say what it answers. */
export function methodNotAllowed(method: string): ApiError {
  return new ApiError(405, "method_not_allowed", `The method ${method} is not allowed here.`);
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

/** DigitalOcean documents this wording for the hourly limit. */
export function hourlyLimitReached(): ApiError {
  return new ApiError(429, "too_many_requests", "API Rate limit exceeded.");
}

/** And its clients' users report this one, which is taken to be the burst limit's. */
export function minuteLimitReached(): ApiError {
  return new ApiError(429, "too_many_requests", "Too many requests");
}

/** The machine room could not do what the request needs; its reason is in the daemon's log. */
export function serverError(message: string): ApiError {
  return new ApiError(500, "server_error", message);
}

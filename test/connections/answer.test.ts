import { type Answer, type RawAnswer, readAnswer } from "../../connections/answer";

const html = { "content-type": "text/html; charset=UTF-8" };
const json = { "content-type": "application/json; charset=utf-8" };

function read(body: string | Buffer, rest: Partial<Omit<RawAnswer, "body">> = {}): Answer {
  return readAnswer({
    method: "GET",
    status: 200,
    headers: json,
    complete: true,
    ...rest,
    body: Buffer.from(body),
  });
}

describe("pages that the sandbox has not", () => {
  test("a 404 that is HTML is a page, and says nothing about what was asked for", () => {
    const page = "<html><head><title>404 Not Found</title></head><body>nginx</body></html>";
    expect(read(page, { status: 404, headers: html })).toEqual({ kind: "html", status: 404, title: "404 Not Found" });
  });

  test.each([500, 503, 403, 429, 401, 200])("a page with %d is a page", (status) => {
    expect(read("<p>We are working on it.</p>", { status, headers: html })).toEqual({ kind: "html", status });
  });

  test("a page is one whatever its type says, and with a byte order mark before it", () => {
    expect(read("\uFEFF \n<!DOCTYPE html><p>Hello</p>")).toMatchObject({ kind: "html" });
  });

  test.each([502, 504])("a proxy's page with %d is an error at the edge", (status) => {
    expect(read("<html><h1>Bad gateway</h1></html>", { status, headers: html })).toEqual({
      kind: "edge-error",
      status,
    });
  });

  test("a challenge as it was before: «Checking your browser»", () => {
    const page = '<html><form action="/cdn-cgi/l/chk_jschl" method="get"></form></html>';
    expect(read(page, { status: 503, headers: html })).toEqual({ kind: "challenge" });
  });

  test("a page with Cloudflare's script for detecting browsers is no challenge", () => {
    const script = '<script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script>';
    expect(read(`<html>${script}</html>`, { headers: html })).toMatchObject({ kind: "html" });
  });

  test("a challenge is one without a body too", () => {
    expect(read("", { method: "HEAD", status: 403, headers: { "cf-mitigated": "challenge" } })).toEqual({
      kind: "challenge",
    });
  });

  test("a block page without a code", () => {
    const page = "<title>Attention Required! | Cloudflare</title><h1>Sorry, you have been blocked</h1>";
    expect(read(page, { status: 403, headers: html })).toEqual({ kind: "block" });
  });

  test("a block page with the ray id only in the page", () => {
    const page =
      '<span class="cf-error-code">1010</span> <span>Cloudflare Ray ID: <strong class="font-semibold">8d49989abc171ce8</strong></span>';
    expect(read(page, { status: 403, headers: html })).toEqual({
      kind: "block",
      code: 1010,
      rayId: "8d49989abc171ce8",
    });
  });

  test("too many requests from one address, as Cloudflare counts them", () => {
    expect(read("error code: 1015", { status: 429, headers: { "content-type": "text/plain" } })).toEqual({
      kind: "block",
      code: 1015,
    });
  });

  test("1016, Cloudflare does not find the API's address, is no refusal", () => {
    const answer = read("error code: 1016", { status: 530, headers: { "content-type": "text/plain" } });
    expect(answer).toEqual({ kind: "edge-error", status: 530 });
  });

  test.each(["", "origin unreachable", "{"])("a status that only Cloudflare has, with %j in it", (body) => {
    expect(read(body, { status: 522 })).toEqual({ kind: "edge-error", status: 522 });
  });
});

describe("Cloudflare's errors in JSON, for clients that accept nothing else", () => {
  const error = (error_code: number, status: number): string =>
    JSON.stringify({
      type: `https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-1xxx-errors/error-${error_code}/`,
      title: `Error ${error_code}: Access denied`,
      status,
      detail: "The site owner has restricted access.",
      instance: "8d49989abc171ce8",
      error_code,
      error_name: "access_denied",
      error_category: "access_denied",
      ray_id: "8d49989abc171ce8",
      zone: "api.digitalocean.com",
      cloudflare_error: true,
      retryable: false,
    });

  test.each(["application/json; charset=utf-8", "application/problem+json; charset=utf-8"])(
    "a block in %s is not the API's 403",
    (type) => {
      expect(read(error(1020, 403), { status: 403, headers: { "content-type": type } })).toEqual({
        kind: "block",
        code: 1020,
        rayId: "8d49989abc171ce8",
      });
    },
  );

  test.each([500, 502, 504, 520, 522, 526])("%d is an error at the edge", (status) => {
    expect(read(error(status, status), { status })).toEqual({
      kind: "edge-error",
      status,
      rayId: "8d49989abc171ce8",
    });
  });

  test("an answer that only has a field of such a name is the API's", () => {
    expect(read('{"cloudflare_error": "none"}')).toMatchObject({ kind: "json" });
  });
});

describe("bodies", () => {
  test.each([204, 205, 304])("nothing is right with %d", (status) => {
    expect(read("", { status })).toEqual({ kind: "empty", expected: true });
  });

  test("nothing is right for HEAD, and for a deletion that succeeds", () => {
    expect(read("", { method: "HEAD" })).toEqual({ kind: "empty", expected: true });
    expect(read("", { method: "delete", status: 202 })).toEqual({ kind: "empty", expected: true });
  });

  test.each([200, 201, 202, 404, 500])("nothing is wrong with %d for a creation", (status) => {
    expect(read("", { method: "POST", status })).toEqual({ kind: "empty", expected: false });
  });

  test("nothing is wrong for a deletion that fails", () => {
    expect(read("", { method: "DELETE", status: 404 })).toEqual({ kind: "empty", expected: false });
  });

  test("a connection that ended before the first byte is an answer cut short", () => {
    expect(read("", { complete: false })).toEqual({ kind: "truncated" });
  });

  test("JSON that can be read, of an answer that was cut, is not trusted", () => {
    expect(read('{"droplets":[]}', { complete: false })).toEqual({ kind: "truncated" });
  });

  test.each(["null", "0", '"droplet"', "true"])("a lone %s is no answer", (body) => {
    expect(read(body)).toMatchObject({ kind: "not-json", declared: false });
  });

  test("a list is one", () => {
    expect(read("[]")).toEqual({ kind: "json", value: [], labelled: true });
  });

  test("text in place of JSON is no JSON", () => {
    expect(read("upstream connect error", { headers: {} })).toEqual({ kind: "not-json", declared: false });
  });

  test("a kubeconfig says itself that it is YAML", () => {
    expect(read("apiVersion: v1\n", { headers: { "content-type": "application/yaml" } })).toEqual({
      kind: "not-json",
      contentType: "application/yaml",
      declared: true,
    });
  });

  test("bytes that are no text are no JSON", () => {
    expect(read(Buffer.from([0x1f, 0x8b, 8, 0, 0xff]))).toMatchObject({ kind: "not-json" });
  });
});

describe("what a hostile answer can't do", () => {
  test("put something else into the ray id", () => {
    const headers = { ...html, "cf-mitigated": "challenge", "cf-ray": "8f1b\u001b[31mred" };
    expect(read("<p>", { headers })).toEqual({ kind: "challenge" });
  });

  test("put control characters or a novel into the title", () => {
    const page = `<title>Out\u001b[2J of\norder ${"x".repeat(300)}</title>`;
    const answer = read(page, { headers: html });
    expect(answer).toMatchObject({
      kind: "html",
      title: expect.stringMatching(/^Out \[2J of order x{60,70}$/) as unknown,
    });
  });

  // With a pattern that is quadratic in the page, this takes hours.
  test.each(["<title>| ", "<title ", "/cdn-cgi/challenge-platform/h/", 'class="code-label" ', "Ray ID: <a "])(
    "take long, with two megabytes of %s",
    (piece) => {
      const page = `<${piece.repeat(2_000_000 / piece.length)}`;
      expect(read(page, { headers: html })).toMatchObject({ kind: "html", status: 200 });
    },
  );
});

import type { Answer } from "../../connections/answer";
import { type ApiProblem, problemOf } from "../../connections/problem";

const get = { method: "GET", path: "/v2/droplets/5?page=2#secret" };
const post = { method: "POST", path: "/v2/droplets" };
const rayId = "8f1b2c3d4e5f6a7b-FRA";

function problem(answer: Answer, asked = get): ApiProblem {
  const found = problemOf(answer, asked);
  if (found === undefined) throw new Error(`${answer.kind} is no problem`);
  return found;
}

test("an answer of the API's is no problem", () => {
  expect(problemOf({ kind: "json", value: {}, labelled: false }, get)).toBeUndefined();
  expect(problemOf({ kind: "empty", expected: true }, get)).toBeUndefined();
});

const cases: readonly (readonly [string, Answer, string, RegExp])[] = [
  ["a challenge", { kind: "challenge", rayId }, "CHALLENGE", /check for robots.*try again in some minutes.*the ray id/],
  ["a block", { kind: "block", rayId, code: 1020 }, "BLOCKED", /error 1020.*does not help: use another network/],
  ["a block without a code", { kind: "block" }, "BLOCKED", /a block page\. Trying again does not help/],
  ["Cloudflare's limit", { kind: "block", code: 1015, rayId }, "BLOCKED", /error 1015, ray id .*Wait some minutes/],
  ["an error at the edge", { kind: "edge-error", status: 522, rayId }, "EDGE_ERROR", /with 522 .*status\.digitalocean/],
  [
    "a page",
    { kind: "html", status: 404, title: "404 Not Found" },
    "HTML",
    /«404 Not Found».*status 404.*proxy or sign-in/,
  ],
  ["a cut answer", { kind: "truncated" }, "TRUNCATED", /ended too early\. Try again/],
  ["nothing", { kind: "empty", expected: false }, "EMPTY", /with nothing in it\. Try again/],
  ["no JSON", { kind: "not-json", contentType: "text/plain", declared: true }, "NOT_JSON", /no JSON \(text\/plain\)/],
];

describe.each(cases)("%s", (_name, answer, code, words) => {
  test("has a code, and a sentence that says what to do", () => {
    const found = problem(answer);
    expect(found.code).toBe(code);
    expect(found.message).toMatch(words);
  });

  test("names the request without its query, and the ray id when there is one", () => {
    const { message } = problem(answer);
    expect(message).toContain("GET /v2/droplets/5");
    expect(message).not.toContain("page=2");
    expect(message).not.toContain("secret");
    if ("rayId" in answer) expect(message).toContain(rayId);
  });

  test("leaves open whether a write was carried out, and never repeats one", () => {
    expect(problem(answer, post)).toMatchObject({ ambiguous: true, retryable: false });
  });
});

test("a read is repeated after everything but a refusal", () => {
  const repeated = cases.filter(([, answer]) => problem(answer).retryable).map(([name]) => name);
  expect(repeated).toEqual(cases.map(([name]) => name).filter((name) => !name.startsWith("a block")));
});

import { Redactor } from "../../../driver/events/redact";

const secret = 'pä"ss\\wörd/+ with spaces';

test.each([
  ["as it is", secret],
  ["in JSON", JSON.stringify(secret).slice(1, -1)],
  ["in a URL", encodeURIComponent(secret)],
  ["in Base64", Buffer.from(secret).toString("base64")],
  ["twice", `${secret}${secret}`],
])("what is known is hidden %s", (_form, text) => {
  const shown = new Redactor([secret]).redact(`before ${text} after`);
  expect(shown).toMatch(/^before (?:\[secret\])+=* after$/);
});

test("a secret that contains another goes whole", () => {
  expect(new Redactor(["secret-one", "secret-one-and-more"]).redact("x secret-one-and-more y")).toBe("x [secret] y");
});

test("each line of a longer secret is one", () => {
  expect(new Redactor(["first-line\nsecond-line"]).redact("only second-line here")).toBe("only [secret] here");
});

test("what is learnt later is hidden from then on", () => {
  const redactor = new Redactor();
  expect(redactor.redact("late-secret")).toBe("late-secret");
  redactor.learn("late-secret");
  expect(redactor.redact("late-secret")).toBe("[secret]");
});

test("short values and blanks are no secrets", () => {
  expect(new Redactor(["on", "", "   \n  "]).redact("on and on   ")).toBe("on and on   ");
});

test.each([
  `dop_v1_${"a1".repeat(32)}`,
  `doo_v1_${"a1".repeat(32)}`,
  `dor_v1_${"a1".repeat(32)}`,
  "AKIAABCDEFGHIJKLMNOP",
  "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXk\n-----END OPENSSH PRIVATE KEY-----",
])("%s is told by its form", (text) => {
  expect(new Redactor().redact(`x ${text} y`)).toBe("x [secret] y");
});

test("what stands behind «Bearer», and the password of a URL, go alone", () => {
  const redactor = new Redactor();
  expect(redactor.redact("Authorization: Bearer abc.def-123456")).toBe("Authorization: Bearer [secret]");
  expect(redactor.redact("postgres://user:pa55word@host/db")).toBe("postgres://user:[secret]@host/db");
});

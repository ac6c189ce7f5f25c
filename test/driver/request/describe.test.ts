import { describe as described, secretsOf } from "../../../driver/request/describe";
import { parseRequest } from "../../../driver/request/parse";
import { full, least } from "./requests";

describe("what people may see of a request", () => {
  test("is all of it but its secrets", () => {
    const view = described(parseRequest(full));
    expect(view).toMatchObject({
      project: "office",
      protect: true,
      timeToLive: "P30D",
      software: [
        {
          name: "wiki",
          title: "DokuWiki",
          url: "https://docs.example.com",
          parameters: { title: "Our wiki", adminPassword: "[secret]", language: "de" },
        },
        { name: "site", title: "WordPress", url: "https://site.example.com", parameters: {} },
      ],
    });
    expect(JSON.stringify(view)).not.toContain("correct horse battery");
  });

  test("is not what is listed to be taken out of texts", () => {
    expect(secretsOf(parseRequest(full))).toEqual(["correct horse battery"]);
    expect(secretsOf(parseRequest(full), new Map())).toEqual(["Our wiki", "correct horse battery", "de"]);
  });

  test("leaves out every value of software that the catalogue no longer has", () => {
    const view = described(parseRequest(full), { catalogue: new Map() });
    expect(view.software[0]?.parameters).toEqual({
      title: "[secret]",
      adminPassword: "[secret]",
      language: "[secret]",
    });
  });

  test("says when it ends, as soon as that is known", () => {
    expect(described(parseRequest(full)).end).toBeUndefined();
    expect(described(parseRequest(full), { start: new Date("2027-01-01T00:00:00Z") }).end).toBe(
      "2027-01-31T00:00:00.000Z",
    );
    const ends = parseRequest({ ...least, timeToLive: "2099-01-01T00:00:00+02:00" });
    expect(described(ends).end).toBe("2098-12-31T22:00:00.000Z");
    expect(described(parseRequest(least)).end).toBeUndefined();
  });
});

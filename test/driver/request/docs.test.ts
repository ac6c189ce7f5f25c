import { readFileSync } from "node:fs";
import { join } from "node:path";

import { loadCatalogue } from "../../../catalogue/loader";
import { projectRoot } from "../../../cli/home";
import * as request from "../../../driver/request";
import { shippedOffers } from "../../../driver/request/digitalocean-offers";
import { parseRequestText } from "../../../driver/request/file";
import { notAsked, requestForm } from "../../../driver/request/form";
import { parseRequest } from "../../../driver/request/parse";
import { places, sizeNames, sizeOn } from "../../../programs/on-every-cloud";
import { least } from "./requests";

const page = readFileSync(join(projectRoot(), "docs", "project-request.md"), "utf8");
const blocks = (language: string): string[] =>
  [...page.matchAll(/```(\w*)\n([^]*?)```/g)].flatMap(([, name, text = ""]) => (name === language ? [text] : []));

const sectionOf = (title: string): string => page.split(/^## /m).find((text) => text.startsWith(`${title}\n`)) ?? "";

describe("docs/project-request.md", () => {
  test("shows requests that are right, the least one first", async () => {
    const [first, ...others] = blocks("yaml");
    expect(await parseRequestText(first ?? "", "first.yaml")).toEqual(parseRequest(least));
    expect(others.length).toBeGreaterThan(0);
    for (const text of others) await expect(parseRequestText(text, "other.yaml")).resolves.toBeDefined();
  });

  test("has every key in its table, and its most complete request has every one that is taken", () => {
    const asked = requestForm(loadCatalogue(), shippedOffers).sections.flatMap(({ fields }) => fields);
    const keys = [...asked.map(({ path }) => path), ...notAsked].sort();
    const told = [...sectionOf("Keys").matchAll(/^\| `([^`]+)` /gm)].map(([, key]) => key);
    expect(told.sort()).toEqual(keys);
    const complete = blocks("yaml").at(-1) ?? "";
    for (const key of keys.filter((one) => one !== "backups"))
      expect(complete).toContain(`${key.split(".").at(-1)?.replace("[]", "") ?? key}:`);
  });

  test("says of every name of a place or size what it is on each cloud", () => {
    const rows = [...sectionOf("One line for another cloud").matchAll(/^\| `(.*?)` *\| `(.*?)` *\| `(.*?)` *\|$/gm)];
    expect(rows.map(([, ...names]) => names)).toEqual([
      ...Object.entries(places).map(([name, { digitalocean, aws }]) => [name, digitalocean, aws]),
      ...sizeNames.map((name) => [name, sizeOn("digitalocean", name), sizeOn("aws", name)]),
    ]);
  });

  test("names nothing that is not there", () => {
    for (const [, names = "", from = ""] of page.matchAll(/^import \{ (.*) \} from "(deploy4me\/.*)";$/gm)) {
      const module = jest.requireActual<object>(from);
      for (const name of names.split(", ")) expect([name, name in module]).toEqual([name, true]);
    }
    for (const [, name = ""] of page.matchAll(/`(\w+)\([\w.]+(?:, \w+)*\)`/g))
      expect([name, name in request || ["costBetween"].includes(name)]).toEqual([name, true]);
  });
});

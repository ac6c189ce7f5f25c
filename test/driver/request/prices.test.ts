import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { projectRoot } from "../../../cli/home";
import { digitalOceanPrices } from "../../../driver/estimate-prices";
import { awsPrices } from "../../../driver/request/aws-prices";
import { shippedOffersOf } from "../../../driver/request/shipped-offers";

const dated = /^20\d\d-\d\d(-\d\d)?$/;

test("every list of prices says of when it is and where it is from, each region of its own", () => {
  for (const { source, date } of [awsPrices, digitalOceanPrices, ...Object.values(shippedOffersOf)]) {
    expect(date).toMatch(dated);
    expect(source).toMatch(/./);
  }
  const regions = Object.values(awsPrices.regions).map(({ date }) => date);
  for (const date of regions) expect(date).toMatch(dated);
  expect([...regions].sort().at(-1)).toBe(awsPrices.date);
});

/** The comments of a source, each as one line. */
const commentsIn = (text: string): string[] =>
  [...text.matchAll(/\/\*\*[\s\S]*?\*\/|\/\/.*/g)].map(([comment]) => comment.replace(/\s*\n\s*\*\s*/g, " "));

test("a price in words has its date, or says that there is no record of it", () => {
  const root = projectRoot();
  const folders = ["components/aws", "components/digitalocean", "components/host", "driver", "driver/request"];
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith(".ts"))
      .map((name) => join(folder, name)),
  );
  const priced = files.flatMap((file) =>
    commentsIn(readFileSync(join(root, file), "utf8"))
      .filter((comment) => /\d USD|\$\d/.test(comment))
      .map((comment) => ({ file, comment })),
  );
  expect(priced.length).toBeGreaterThanOrEqual(5);
  for (const { file, comment } of priced)
    expect([file, comment]).toEqual([file, expect.stringMatching(/\b20\d\d\b|not recorded/)]);
});

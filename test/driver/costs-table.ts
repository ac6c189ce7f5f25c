import { estimate } from "../../driver/estimate";
import { parseRequest } from "../../driver/request/parse";
import { type Cloud, clouds, places, sizeNames } from "../../programs/on-every-cloud";
import { machinesOf } from "../../programs/check";
import { toDeployment } from "../../driver/request/deployment";

/** Between these lines of README.md the table is written by `node dist/test/driver/write-costs.js`. */
export const marks = {
  begin: "<!-- costs: written by dist/test/driver/write-costs.js -->",
  end: "<!-- /costs -->",
} as const;

const names: Readonly<Record<Cloud, string>> = { digitalocean: "DigitalOcean", aws: "AWS" };

/** What a wiki costs on each cloud in each size, by the prices that come with the product. */
export async function costsTable(): Promise<string> {
  const place = "frankfurt";
  const rows = await Promise.all(clouds.map((cloud) => row(cloud, place)));
  return [
    `| cloud | region | ${sizeNames.join(" | ")} | prices of |`,
    `| --- | --- | ${sizeNames.map(() => "---").join(" | ")} | --- |`,
    ...rows.map((cells) => `| ${cells.join(" | ")} |`),
  ].join("\n");
}

async function row(cloud: Cloud, place: string): Promise<string[]> {
  const requests = sizeNames.map((size) =>
    parseRequest({
      project: "office",
      cloud,
      region: place,
      domain: "example.com",
      access: { admins: ["203.0.113.7/32"] },
      software: [{ name: "wiki", software: "dokuwiki", size }],
    }),
  );
  const estimates = await Promise.all(requests.map((request) => estimate(request)));
  const sizes = requests.map((request) => machinesOf(toDeployment(request))[1]?.size ?? "");
  return [
    names[cloud],
    `\`${places[place]?.[cloud] ?? ""}\``,
    ...estimates.map(({ monthly }, index) => `$${monthly.toFixed(2)} (\`${sizes[index] ?? ""}\`)`),
    estimates[0]?.prices.date ?? "",
  ];
}

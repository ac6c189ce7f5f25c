import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { format, resolveConfig } from "prettier";

import { loadCatalogue } from "../../../catalogue/loader";
import { projectRoot } from "../../../cli/home";
import { jsonSchemaFile, requestJsonSchema } from "../../../driver/request/json-schema";

/** `node dist/test/driver/request/write-schema.js`: writes the JSON Schema of requests into `docs/`. */
async function main(): Promise<void> {
  const file = join(projectRoot(), jsonSchemaFile);
  const text = JSON.stringify(requestJsonSchema(loadCatalogue()));
  writeFileSync(file, await format(text, { ...(await resolveConfig(file)), filepath: file }));
  process.stdout.write(`${file}\n`);
}

void main();

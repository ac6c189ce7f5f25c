import { appendFileSync, createReadStream } from "node:fs";
import { createInterface } from "node:readline";

import { z } from "zod";

/** `node stamper.js PIPE LOG STAMPS`: passes lines on, and writes down when each step was written. */
function main([pipe = "", log = "", stamps = ""]: readonly string[]): void {
  const lines = createInterface({ input: createReadStream(pipe) });
  lines.on("line", (line) => {
    const at = performance.timeOrigin + performance.now();
    appendFileSync(log, `${line}\n`);
    const { resourcePreEvent, resOutputsEvent } = event.parse(JSON.parse(line));
    const metadata = (resourcePreEvent ?? resOutputsEvent)?.metadata;
    if (metadata === undefined) return;
    const key = `${resourcePreEvent === undefined ? "done" : "begun"} ${metadata.op} ${metadata.urn}`;
    appendFileSync(stamps, `${JSON.stringify({ key, at })}\n`);
  });
}

const step = z.object({ metadata: z.object({ op: z.string(), urn: z.string() }) });
const event = z.object({ resourcePreEvent: step.optional(), resOutputsEvent: step.optional() });

main(process.argv.slice(2));

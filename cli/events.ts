import { closeSync, existsSync, openSync, readSync } from "node:fs";

import { z } from "zod";

const step = z.object({ metadata: z.object({ op: z.string(), urn: z.string(), type: z.string() }) });

const eventSchema = z.object({
  resourcePreEvent: step.optional(),
  resOutputsEvent: step.optional(),
  resOpFailedEvent: step.optional(),
  diagnosticEvent: z
    .object({
      urn: z.string().optional(),
      message: z.string(),
      severity: z.string(),
      ephemeral: z.boolean().optional(),
    })
    .optional(),
  summaryEvent: z.object({ resourceChanges: z.record(z.string(), z.number()) }).optional(),
});

/** One event of Pulumi's engine, as it writes them for the Automation API. */
export type EngineEvent = z.infer<typeof eventSchema>;

/** Reads a growing file of events, one JSON object a line. */
export class EventLog {
  private position = 0;
  private rest = "";

  constructor(private readonly file: string) {}

  /** The events since the last call; half a line waits for its other half. */
  read(): EngineEvent[] {
    if (!existsSync(this.file)) return [];
    const lines = (this.rest + this.newText()).split("\n");
    this.rest = lines.pop() ?? "";
    return lines.filter((line) => line.trim() !== "").map((line) => eventSchema.parse(JSON.parse(line)));
  }

  private newText(): string {
    const handle = openSync(this.file, "r");
    try {
      const chunks: Buffer[] = [];
      for (;;) {
        const chunk = Buffer.alloc(64 * 1024);
        const length = readSync(handle, chunk, 0, chunk.length, this.position);
        if (length === 0) break;
        this.position += length;
        chunks.push(chunk.subarray(0, length));
      }
      return Buffer.concat(chunks).toString();
    } finally {
      closeSync(handle);
    }
  }
}

/** Pulumi's messages carry marks for colours. */
export function plain(message: string): string {
  return message.replace(/<\{%[^%]*%\}>/g, "").trim();
}

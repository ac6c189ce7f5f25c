import { z } from "zod";

/** Which of the clouds a run is about. */
export const cloudVariable = "DEPLOY4ME_END_TO_END_CLOUD";

const nameSchema = z.enum(["digitalocean", "aws"]);
export type CloudName = z.infer<typeof nameSchema>;

export const cloudName: CloudName = nameSchema.parse(process.env[cloudVariable] ?? "digitalocean");

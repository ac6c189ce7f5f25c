import { join } from "node:path";

import type { Program } from "../../../driver/program";
import type { CloudRequest } from "./cloud";

/** The program that the tests deploy. Apart from it, and from the cloud of a test: a driver in a process of its own needs neither. */
export const cloudProgram: Program<CloudRequest> = {
  module: join(__dirname, "cloud.js"),
  export: "cloud",
  project: "test",
  stack: ({ name }) => name,
};

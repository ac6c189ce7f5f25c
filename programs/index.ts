import "./lean";

import * as pulumi from "@pulumi/pulumi";

import { requestFrom } from "./configuration";
import { deployment } from "./deployment";

/** The program of `Pulumi.yaml`: the stack's configuration → the request → the deployment. */
const config = new pulumi.Config();

/** Lists and objects are JSON in a configuration; everything else is taken as it is written. */
function read(key: string): unknown {
  const text = config.get(key);
  if (text === undefined || !/^\s*([[{]|true$|false$)/.test(text)) return text;
  return config.requireObject<unknown>(key);
}

const request = requestFrom(read, process.env);

export = deployment(request);

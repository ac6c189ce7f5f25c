import { enableCompileCache } from "node:module";
import { join } from "node:path";

import { projectRoot } from "./home";

/**
 * Import this first: what is loaded after it is compiled once for all commands, not by each anew. It lies in the checkout,
 * so nobody else can put code there; where that can't be written to, nothing is kept and nobody is told.
 */
enableCompileCache(join(projectRoot(), ".deploy4me", "compiled"));

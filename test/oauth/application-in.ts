import { join } from "node:path";

import { type Application, chooseApplication, readApplications } from "../../oauth/applications";

/** The application that is registered in a directory: what a process of its own, which needs no server, knows of a connection. */
export function applicationIn(directory: string): Application {
  return chooseApplication(readApplications(join(directory, "applications.json")), "Shop");
}

import { Browser } from "../sandbox/oauth/browser";
import { decide } from "./connecting";

/** A program that stands in for a browser and its user: opens what it is given, consents, and goes where it is sent. */
async function main([url = ""]: readonly string[]): Promise<void> {
  const { location } = await new Browser().open(url);
  await decide(location);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(String(error));
  process.exitCode = 1;
});

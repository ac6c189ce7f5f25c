import { checkAws } from "../../../connections/aws/check";

/**
 * Checks a connection at an address and prints the verdict. In a process of its own, because the AWS SDK takes errors of
 * the network for strangers when they are of another realm, as they are in a test.
 */
async function main([url = ""]: readonly string[]): Promise<void> {
  const credentials = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "canary-secret-of-a-user" };
  const verdict = await checkAws({ region: "eu-central-1", credentials, endpoint: () => url, timeoutMs: 5000 });
  process.stdout.write(JSON.stringify(verdict));
}

void main(process.argv.slice(2));

import { existsSync } from "node:fs";
import { request } from "node:http";

import { daemonFiles } from "../sandbox/daemon-files";
import { socketAddress } from "../sandbox/admin/socket";
import { AdminRefused, SandboxNotRunning } from "./errors";

const answerLimit = 60_000;

/**
 * Asks a running sandbox for something that the cloud's own API does not have.
 * @param directory the sandbox's
 * @param path such as `/clock`
 * @returns the answer's JSON; undefined when there is none
 * @throws SandboxNotRunning
 * @throws AdminRefused with the sandbox's reason
 * @example
 * await admin(home().sandbox, "POST", "/clock/advance", { seconds: 3600 });
 */
export async function admin(
  directory: string,
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE",
  path: string,
  body?: object,
): Promise<unknown> {
  const { status, text } = await exchange(directory, method, path, body);
  const content: unknown = text === "" ? undefined : JSON.parse(text);
  if (status >= 300) throw new AdminRefused(status, messageOf(content) ?? `it answered ${status}`);
  return content;
}

async function exchange(
  directory: string,
  method: string,
  path: string,
  body: object | undefined,
): Promise<{ readonly status: number; readonly text: string }> {
  if (!existsSync(directory)) throw new SandboxNotRunning(directory);
  const { path: socketPath, release } = socketAddress(daemonFiles(directory).admin);
  return new Promise<{ status: number; text: string }>((resolve, reject) => {
    const sent = request({
      socketPath,
      // A connection that was kept from before may lead to a daemon that has ended since.
      agent: false,
      method,
      path,
      timeout: answerLimit,
      ...(body === undefined ? {} : { headers: { "content-type": "application/json" } }),
    });
    sent.on("response", (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (chunk: string) => (text += chunk));
      answer.on("error", reject);
      answer.on("end", () => {
        resolve({ status: answer.statusCode ?? 0, text });
      });
    });
    sent.on("timeout", () => sent.destroy(new Error(`the sandbox does not answer ${method} ${path}`)));
    sent.on("error", (error: NodeJS.ErrnoException) => {
      reject(error.code === "ENOENT" || error.code === "ECONNREFUSED" ? new SandboxNotRunning(directory) : error);
    });
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  }).finally(release);
}

function messageOf(content: unknown): string | undefined {
  if (typeof content !== "object" || content === null || !("message" in content)) return undefined;
  return typeof content.message === "string" ? content.message : undefined;
}

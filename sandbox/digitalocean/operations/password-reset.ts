import { randomBytes } from "node:crypto";

import { machine, onDroplet } from "./on-droplet";
import type { Act, Operation } from "./operation";

/**
 * The machine is off while its disk gets the new password, and on afterwards, as in the original, which also sends it by
 * mail. Nobody else ever has it: after a crash there is another one.
 */
const reset: Act = machine(async (hosts, { id, name }, _action, { mail }) => {
  if (hosts.status(id) === "active") await hosts.shutdown(id);
  const password = randomBytes(12).toString("hex");
  await hosts.resetPassword(id, password);
  await hosts.powerOn(id);
  await mail({
    subject: `Your new password for ${name}`,
    text: `The password of root on the Droplet ${name} (${id}) has been reset.\n\nUsername: root\nPassword: ${password}\n`,
  });
});

export const passwordReset: Operation = {
  act: reset,
  done: onDroplet((droplet) => {
    droplet.power = "on";
  }),
};

import type { Changes, StackOutputs } from "../../driver/results";
import type { Fate } from "./plan";
import type { Session } from "./session";
import { printable } from "./words";

const verbs: Readonly<Partial<Record<Fate, string>>> = {
  create: "created",
  update: "changed",
  replace: "replaced",
  delete: "removed",
};

/** `2 created, 1 changed, 29 as they were` */
export function countsInWords(counts: Readonly<Partial<Record<Fate, number>>> | Changes): string {
  const parts = [...Object.entries(verbs), ["same", "as they were"] as const].flatMap(([kind, verb]) => {
    const count = (counts as Changes)[kind] ?? 0;
    return count === 0 ? [] : [`${count} ${verb}`];
  });
  return parts.length === 0 ? "nothing" : parts.join(", ");
}

/** Where what was deployed answers, and where the rest is said. */
export function upLines({ file, request }: Pick<Session, "file" | "request">, outputs: StackOutputs): string[] {
  const urls = outputs.urls?.value;
  const found = typeof urls === "object" && urls !== null ? Object.entries(urls) : [];
  return [
    ...(found.length === 0 ? [] : ["", `${request.project} runs:`]),
    ...found.map(([name, url]) => `  ${printable(name)}  ${printable(String(url))}`),
    "",
    `Passwords, keys and how to get in: deploy4me outputs ${printable(file)} --show-secrets`,
  ];
}

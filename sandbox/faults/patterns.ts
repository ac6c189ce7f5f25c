/** Which requests, by method and path. */
export interface Route {
  /** Absent: any. */
  readonly method?: string;
  readonly path: RegExp;
}

const form = /^(?:(?<method>[A-Z]+|\*) +)?(?<path>\*|\/\S*)$/;

/**
 * In a path, `*` stands for one part and `**` for any number of them; `*` alone is any path.
 * @returns undefined when the text is no route
 * @example
 * parseRoute("GET /v2/droplets/*"); // one droplet
 * parseRoute("/v2/droplets/**"); // everything below it, by any method
 * parseRoute("*"); // every request
 */
export function parseRoute(text: string): Route | undefined {
  const { method, path } = form.exec(text)?.groups ?? {};
  if (path === undefined) return undefined;
  return {
    ...(method === undefined || method === "*" ? {} : { method }),
    path: path === "*" ? /^/ : pattern(path, { "**": ".*", "*": "[^/]+" }),
  };
}

export function isOnRoute(route: Route, method: string, path: string): boolean {
  return (route.method === undefined || route.method === method) && route.path.test(path);
}

/** In a name, `*` stands for any characters. */
export function namePattern(text: string): RegExp {
  return pattern(text, { "**": ".*", "*": ".*" });
}

function pattern(text: string, wildcards: Readonly<Record<string, string>>): RegExp {
  const parts = text.split(/(\*\*?)/).map((part) => wildcards[part] ?? part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`^${parts.join("")}$`);
}

/**
 * Import this first: what a run of our program has no use for is then loaded when it is used, which is never. Of the SDK
 * that is what turns functions into text (a TypeScript compiler and npm's dependency tree), and the Automation API: half
 * of the time that a no-op takes. Whoever uses them all the same gets the real ones, at the first use.
 *
 * The process of the dynamic providers is started with it (`engine/install/place.mjs`).
 *
 * Where a package has no such module, or it is loaded already, nothing is deferred.
 */
import { createRequire, Module } from "node:module";

import { endWithParent } from "./orphan";

type Exports = Readonly<Record<PropertyKey, unknown>>;

/** What of a module is asked for by those who only import it. */
interface Imported {
  /** Whether it was compiled from an ES module. Default: no. */
  readonly esModule?: boolean;
  /** Functions that are taken out of it before they are used: calling them is what loads it. Default: none. */
  readonly functions?: readonly string[];
}

/**
 * Lets a module be loaded at its first use.
 * @param id as it would be required from here
 * @returns whether it is deferred
 */
export function defer(id: string, imported: Imported = {}): boolean {
  const { cache, resolve } = createRequire(__filename);
  const file = resolvedBy(resolve, id);
  if (file === undefined || cache[file] !== undefined) return false;
  const stub = new Module(file);
  stub.loaded = true;
  stub.exports = deferred(() => loadInstead(stub, file), imported);
  cache[file] = stub;
  return true;
}

function resolvedBy(resolve: NodeJS.RequireResolve, id: string): string | undefined {
  try {
    return resolve(id);
  } catch {
    return undefined;
  }
}

function loadInstead(stub: Module, file: string): Exports {
  const require = createRequire(file);
  if (require.cache[file] === stub) Reflect.deleteProperty(require.cache, file);
  return require(file) as Exports;
}

function deferred(load: () => Exports, { esModule = false, functions = [] }: Imported): object {
  let real: Exports | undefined;
  const loaded = (): Exports => (real ??= load());
  const later = (name: string) =>
    function (this: unknown, ...args: unknown[]): unknown {
      return Reflect.apply(loaded()[name] as () => unknown, this, args);
    };
  const early = new Map<PropertyKey, unknown>(functions.map((name) => [name, later(name)]));
  if (esModule) early.set("__esModule", true);
  return new Proxy(
    {},
    {
      get: (_target, key) => (real === undefined && early.has(key) ? early.get(key) : loaded()[key]),
      has: (_target, key) => early.has(key) || key in loaded(),
      ownKeys: () => Reflect.ownKeys(loaded()),
      getOwnPropertyDescriptor: (_target, key) => {
        const found = Reflect.getOwnPropertyDescriptor(loaded(), key);
        // A proxy may call final only what its own target has.
        return found && { ...found, configurable: true };
      },
    },
  );
}

/**
 * The SDK keeps a stack trace, mapped to its sources, with each of the four promises it makes for every property of every
 * resource: a third of the program's time. It only ever shows them when `PULUMI_DEBUG_PROMISE_LEAKS` is set.
 */
function keepNoPromiseTraces(): void {
  const { cache, resolve } = createRequire(__filename);
  const file = resolvedBy(resolve, "@pulumi/pulumi/runtime/debuggable");
  const debuggable = file === undefined ? undefined : (cache[file]?.exports as Record<string, unknown> | undefined);
  const original = debuggable?.debuggablePromise;
  if (!debuggable || typeof original !== "function" || debuggable.debugPromiseLeaks !== false) return;
  debuggable.debuggablePromise = function (this: unknown, ...args: unknown[]): unknown {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      return Reflect.apply(original as (...args: unknown[]) => unknown, this, args);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  };
}

endWithParent();
keepNoPromiseTraces();
defer("@pulumi/pulumi/runtime/closure/serializeClosure", {
  esModule: true,
  functions: ["serializeFunction", "serializeFunctionAsync"],
});
defer("@pulumi/pulumi/runtime/closure/codePaths", { esModule: true, functions: ["computeCodePaths"] });
defer("@pulumi/pulumi/automation", { esModule: true });
// Its words in sixty languages; it speaks English without them.
defer("zod/v4/locales", { esModule: true });
// Only what changes a machine needs these, and mostly nothing changes.
defer("ssh2");
defer("@peculiar/x509");

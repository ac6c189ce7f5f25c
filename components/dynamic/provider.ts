import { CustomResource, type CustomResourceOptions, type dynamic, type Inputs } from "@pulumi/pulumi";

/**
 * What a provider module exports as `provider`. Values that a preview does not know yet arrive as {@link unknownValue};
 * secrets arrive as plain text. What it writes to standard output, people see as the deployment's progress.
 */
export interface Provider<Given extends object, State extends Given> {
  /** Before anything else, once in a process. Has all of the stack's configuration, its secrets as plain text. */
  configure?(request: dynamic.ConfigureRequest): Promise<void>;
  /** Refuses bad inputs before anything runs. */
  check(olds: Given, news: Given): Promise<dynamic.CheckResult<Given>>;
  /** Compares what is (the state; after a refresh, what was read) with what shall be. */
  diff(id: string, state: State, news: Given): Promise<dynamic.DiffResult>;
  create(inputs: Given): Promise<dynamic.CreateResult<State>>;
  /** Has to return `inputs` beside `props` for a drift to show, and to throw when the machine can't be asked. */
  read(id: string, state: State): Promise<dynamic.ReadResult>;
  update(id: string, state: State, news: Given): Promise<dynamic.UpdateResult<State>>;
  delete(id: string, state: State): Promise<void>;
}

/**
 * A resource whose provider is a module of this package. It speaks the protocol of `pulumi.dynamic.Resource`, but where
 * that one stores the provider's code in the state, this one stores the module's name: a new release of ours changes no
 * state, the module may use whatever it likes, and no compiler has to be loaded to serialise it (0.24 s of every run).
 * @example
 * class Password extends DynamicResource {
 *   declare readonly value: pulumi.Output<string>;
 *   constructor(name: string, args: PasswordArgs, options?: pulumi.CustomResourceOptions) {
 *     super("password-provider", "Password", name, { ...args, value: undefined }, options);
 *   }
 * }
 */
export abstract class DynamicResource extends CustomResource {
  /**
   * @param module below `components/dynamic`; exports `provider: Provider<…>`
   * @param type the noun of its type token
   * @param properties the inputs, and each output as `undefined`
   */
  constructor(module: string, type: string, name: string, properties: Inputs, options?: CustomResourceOptions) {
    const inputs = { ...properties, __provider: serializedProvider(module) };
    super(`pulumi-nodejs:dynamic/deploy4me:${type}`, name, inputs, options);
  }
}

/**
 * What the engine hands to the process that runs dynamic providers: CommonJS text without a file to resolve from. The
 * process is started in the program's folder; from there this package is found as anybody finds it, by its name.
 */
export function serializedProvider(module: string): string {
  const path = JSON.stringify(`deploy4me/components/dynamic/${module}`);
  return `exports.handler = () => require("node:module").createRequire(process.cwd() + "/")(${path}).provider;\n`;
}

/** What a preview shows for a value that only the update will know (`UnknownValue` in the engine's protocol). */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether a value, or anything inside it, is not known yet. */
export function hasUnknown(value: unknown): boolean {
  if (value === unknownValue) return true;
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).some(hasUnknown);
}

/** Whether two plain values are the same, whatever the order of their keys; a missing key is the same as `undefined`. */
export function same(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

/** One text for one value: keys in order, nothing that JSON would drop. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** For resources that are made once and live only in the state: nothing to read back, nothing to remove. */
export const writeOnce = {
  check: <I>(_olds: I, news: I): Promise<dynamic.CheckResult<I>> => Promise.resolve({ inputs: news }),
  read: (id: string, props: object): Promise<dynamic.ReadResult> => Promise.resolve({ id, props }),
  delete: (): Promise<void> => Promise.resolve(),
};

/** Compares the named inputs; what differs means an update, or a replacement when it is among `replaces`. */
export function diffOf<I extends object>(
  state: I,
  news: I,
  keys: readonly (keyof I & string)[],
  replaces: readonly (keyof I & string)[] = [],
): dynamic.DiffResult {
  const changed = keys.filter((key) => !same(state[key], news[key]));
  const replacing = changed.filter((key) => replaces.includes(key));
  return {
    changes: changed.length > 0,
    ...(replacing.length > 0 && { replaces: replacing, deleteBeforeReplace: false }),
  };
}

import type { CustomResourceOptions } from "@pulumi/pulumi";

/**
 * A last word on one child before it is made: changes to its arguments, or a function that gets arguments and options
 * and returns the arguments to use.
 * @example
 * transform: { bastion: { monitoring: true } }
 */
export type Transform<Args> = Partial<Args> | ((args: Args, options: CustomResourceOptions, name: string) => Args);

/** The constructor parameters of a child, with its transform applied. */
export function transformed<Args extends object>(
  transform: Transform<Args> | undefined,
  name: string,
  args: Args,
  options: CustomResourceOptions,
): [string, Args, CustomResourceOptions] {
  if (transform === undefined) return [name, args, options];
  if (typeof transform === "function") return [name, transform(args, options, name), options];
  return [name, { ...args, ...transform }, options];
}

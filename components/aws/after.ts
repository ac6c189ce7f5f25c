import * as pulumi from "@pulumi/pulumi";

/**
 * An answer of AWS's to a question that a program asks, which counts once it is known that AWS has what was asked for. Whatever is
 * wrong with the region or the credentials is wrong with every question, and is told by the first alone.
 * @param asked is under way already: nothing waits for anything as long as all is well
 */
export function after<T extends object>(
  ready: pulumi.Input<pulumi.Input<pulumi.Resource>[]>,
  asked: Promise<T>,
): pulumi.Output<T> {
  asked.catch(() => undefined);
  return pulumi.output(ready).apply(() => asked);
}

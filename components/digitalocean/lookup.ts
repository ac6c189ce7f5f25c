import * as pulumi from "@pulumi/pulumi";

/**
 * An answer of the cloud's to a question that a program asks. When it is none, what the question stands behind has the first word: what is wrong with the
 * connection is wrong with every question, and the connection check says it in one sentence, after which the program has ended.
 * @param asked is under way already: nothing waits for anything as long as all is well
 */
export function lookup<T>(asked: Promise<T>, ready: pulumi.Input<pulumi.Input<pulumi.Resource>[]>): pulumi.Output<T> {
  const orderly = async (): Promise<T> => {
    try {
      return await asked;
    } catch (error) {
      await registered(ready);
      throw error;
    }
  };
  // A plain answer has nothing to be unwrapped.
  return pulumi.output(orderly()) as pulumi.Output<T>;
}

/** Never resolves when one of them can't be: then the engine ends the program. */
function registered(ready: pulumi.Input<pulumi.Input<pulumi.Resource>[]>): Promise<void> {
  return new Promise((resolve) => {
    pulumi
      .output(ready)
      .apply((resources) => pulumi.all(resources.map(({ urn }) => urn)))
      .apply(() => {
        resolve();
      });
  });
}

/** What is done at once, as a promise: what it throws becomes its rejection. */
export function promised<Result>(run: () => Result): Promise<Result> {
  return new Promise((resolve) => {
    resolve(run());
  });
}

/**
 * Waits for work that is given a signal, and no longer than a time. What ignores the signal is left to itself.
 * @param late made when the time is over
 * @throws the signal's reason when it is aborted
 */
export async function within<Value>(
  ms: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Value>,
  late: () => Error,
): Promise<Value> {
  signal.throwIfAborted();
  const own = new AbortController();
  let stop = (): void => undefined;
  let timer: NodeJS.Timeout | undefined;
  const ended = new Promise<never>((_resolve, reject) => {
    const end = (reason: Error): void => {
      own.abort(reason);
      reject(reason);
    };
    const follow = (): void => {
      end(signal.reason as Error);
    };
    signal.addEventListener("abort", follow, { once: true });
    stop = () => {
      signal.removeEventListener("abort", follow);
    };
    timer = setTimeout(() => {
      end(late());
    }, ms);
  });
  try {
    return await Promise.race([work(own.signal), ended]);
  } finally {
    clearTimeout(timer);
    stop();
  }
}

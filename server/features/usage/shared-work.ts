/**
 * Runs heavy reads so that they cannot crowd others out: whoever asks for the same while it is being
 * read shares the answer, and of different ones no more than `atOnce` run at a time.
 */
export function createSharedWork(atOnce: number) {
  const running = new Map<string, Promise<unknown>>();
  const waiting: (() => void)[] = [];
  let busy = 0;

  async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    if (busy < atOnce) busy += 1;
    else await new Promise<void>((resolve) => void waiting.push(resolve));
    try {
      return await work();
    } finally {
      // The turn is handed on, so that nobody slips in between.
      const next = waiting.shift();
      if (next) next();
      else busy -= 1;
    }
  }

  /** `name` must tell apart everything the result depends on. */
  return function share<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    // A name always stands for the same kind of work, hence for the same type of result.
    const present = running.get(name) as Promise<Result> | undefined;
    if (present) return present;
    const started = inTurn(work).finally(() => running.delete(name));
    running.set(name, started);
    return started;
  };
}

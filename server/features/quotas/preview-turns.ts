import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { AppError } from '#shared/errors.ts';

/** Previews that one person may ask for in a minute, and have running at once, on one server. */
const MOST_A_MINUTE = 12;
const MOST_AT_ONCE = 2;

/**
 * Lets each person preview limits now and then: one preview may read a million records, so that
 * asking without end would keep the database from everyone else.
 */
export function createPreviewTurns() {
  const asked = new RateLimiterMemory({
    keyPrefix: 'previews',
    points: MOST_A_MINUTE,
    duration: 60,
  });
  const running = new Map<string, number>();

  return {
    /** Runs a preview for the person. @throws AppError too_many_tries with the wait, else like `work`. */
    async run<Result>(userId: string, work: () => Promise<Result>): Promise<Result> {
      const others = running.get(userId) ?? 0;
      if (others >= MOST_AT_ONCE) throw stillRunning();
      running.set(userId, others + 1);
      try {
        await asked.consume(userId).catch(refuse);
        return await work();
      } finally {
        const left = (running.get(userId) ?? 1) - 1;
        if (left > 0) running.set(userId, left);
        else running.delete(userId);
      }
    },
  };
}

function refuse(refusal: unknown): never {
  if (!(refusal instanceof RateLimiterRes)) throw refusal;
  const seconds = Math.max(1, Math.ceil(refusal.msBeforeNext / 1_000));
  throw new AppError(
    'too_many_tries',
    `Too many previews in a minute. Wait ${seconds} s, then try again.`,
    { retryAfterMs: seconds * 1_000 },
  );
}

function stillRunning(): AppError {
  return new AppError(
    'too_many_tries',
    'Your last previews are still being counted. Wait for them, then try again.',
    { retryAfterMs: 5_000 },
  );
}

import type { Clock } from '../../infra/clock.ts';
import type { Log } from '../../infra/log.ts';
import type { Tx } from '../../infra/prisma/client.ts';
import { type Audit, by } from '../audit/index.ts';
import { addressKey } from './limiters.ts';
import type { SignInMeans } from './session-notes.ts';
import type { Visitor } from './session-store.ts';

const HOUR_MS = 3_600_000;
/** Entries an hour, in one process. Whoever floods the sign-in must not flood the log. */
const MOST = { ofOne: 10, ofAll: 500, ofAddress: 1, ofAddresses: 60 };

export type FailedSignIn = {
  /** Null when what was typed is nobody's: it is not recorded, for it may be a password. */
  who: { id: string; username: string } | null;
  means: SignInMeans;
  why: 'wrong' | 'disabled';
};

export type FailedSignInsDeps = {
  audit: Pick<Audit, 'note'>;
  inTx(work: (tx: Tx) => Promise<void>): Promise<void>;
  clock: Pick<Clock, 'now'>;
  log: Pick<Log, 'warn'>;
};

/** Records sign-ins that failed, so many an hour and no more. */
export function createFailedSignIns({ audit, inTx, clock, log }: FailedSignInsDeps) {
  const running = new Set<Promise<void>>();
  let hour = 0;
  let told = new Map<string, number>();

  /** Counts one more of these. Null when there were enough; else how many there are now. */
  function count(key: string, most: number): number | null {
    const before = told.get(key) ?? 0;
    if (before >= most) return null;
    told.set(key, before + 1);
    return before + 1;
  }

  /** Whether to record it, and whether the next of its kind will not be. */
  function admit(who: FailedSignIn['who'], address: string): { last: boolean } | null {
    const now = Math.floor(clock.now() / HOUR_MS);
    if (now !== hour) {
      hour = now;
      told = new Map();
    }
    const [most, all] = who ? [MOST.ofOne, MOST.ofAll] : [MOST.ofAddress, MOST.ofAddresses];
    // The sum is asked first, so that what is remembered stays as small as it.
    if ((told.get(who ? 'people' : 'addresses') ?? 0) >= all) return null;
    const each = count(who?.id ?? addressKey(address), most);
    if (each === null) return null;
    count(who ? 'people' : 'addresses', all);
    return { last: each === most };
  }

  async function write(failed: FailedSignIn, visitor: Visitor, last: boolean): Promise<void> {
    const { means, who, why } = failed;
    try {
      await inTx((tx) =>
        audit.note(tx, {
          ...by(visitor, null),
          action: 'sessions.signInFailed',
          target: who
            ? { kind: 'user', id: who.id, name: who.username }
            : { kind: 'session', id: '', name: '' },
          after: { by: means, why, ...(last && { restOfTheHourLeftOut: true }) },
        }),
      );
    } catch (error) {
      log.warn({ err: error }, 'a sign-in that failed could not be recorded');
    }
  }

  return {
    /** Does not wait: how long an answer takes must not tell whether the name is somebody's. */
    tell(failed: FailedSignIn, visitor: Visitor): void {
      const admitted = admit(failed.who, visitor.address);
      if (!admitted) return;
      const done = write(failed, visitor, admitted.last).finally(() => running.delete(done));
      running.add(done);
    },

    /** Resolves when what was told is written. */
    async settled(): Promise<void> {
      await Promise.all(running);
    },
  };
}
export type FailedSignIns = ReturnType<typeof createFailedSignIns>;

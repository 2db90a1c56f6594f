import { AppError } from '#shared/errors.ts';
import type { Clock } from '../../infra/clock.ts';
import { createLookupCache } from '../../infra/lookup-cache.ts';
import type { Changes } from '../../infra/reloader.ts';
import type { Known, PeopleRepo } from './people.repo.ts';

export type PeopleDeps = {
  repo: PeopleRepo;
  changes: Changes<'users'>;
  clock: Clock;
  /** Told of failed reads; people known before go on working. */
  onError(error: unknown): void;
};

/** Somebody who may look around; whether they may call models is `silenced`. */
export type Person = Pick<Known, 'me' | 'number'> & { silenced: boolean };

/** Who people are, from memory where it can; what an admin changes counts within a second everywhere. */
export function createPeople({ repo, changes, clock, onError }: PeopleDeps) {
  const known = createLookupCache<Known>({ clock, onError, load: repo.find });
  const stops = [
    // No ids means "any of them".
    changes.on('users', ({ ids }) => (ids.length > 0 ? forget(ids) : known.doubt())),
    changes.onGap(known.doubt),
  ];

  /** Forgets changed people at once, without waiting for the event to come round. */
  function forget(ids: readonly string[]): void {
    const gone = new Set(ids);
    known.drop(({ me }) => gone.has(me.id));
  }

  return {
    /** @throws AppError not_signed_in when nobody has the id any more, user_disabled, user_pending. */
    async byId(id: string): Promise<Person> {
      const person = await known.get(id);
      if (!person) throw new AppError('not_signed_in', 'There is no such user any more. Sign in.');
      const { me, number, state } = person;
      if (state === 'disabled') {
        throw new AppError('user_disabled', 'Your account is disabled. Ask an admin to enable it.');
      }
      if (state === 'pending') {
        throw new AppError('user_pending', 'You are not let in yet. Ask an admin.');
      }
      return { me, number, silenced: state === 'silenced' };
    },
    forget,
    close(): void {
      for (const stop of stops) stop();
    },
  };
}
export type People = ReturnType<typeof createPeople>;

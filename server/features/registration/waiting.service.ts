import { AppError } from '#shared/errors.ts';
import { MOST_WAITING, type WaitingPerson } from '#shared/schemas/registration.ts';
import type { Tx } from '../../infra/prisma/client.ts';
import type { Actor, Audit } from '../audit/index.ts';
import { createUsersGuard, type UsersRepo } from '../users/index.ts';
import type { Asking, MailDesk } from './mail-desk.ts';
import type { Reader, RegistrationRepo } from './people.repo.ts';

export type WaitingDeps = {
  repo: Pick<RegistrationRepo, 'inTx' | 'waiting' | 'readerOf' | 'activate' | 'decline'>;
  users: UsersRepo;
  mails: Pick<MailDesk, 'put' | 'configured'>;
  audit: Pick<Audit, 'note'>;
};

/** People who registered and wait for an admin. */
export function createWaitingService({ audit, mails, repo, users }: WaitingDeps) {
  const guard = createUsersGuard({ audit, repo: users });

  /** Runs `change` for each of them, all or nothing; who does not wait any more is left out. */
  async function each(
    actor: Actor,
    ids: readonly string[],
    change: (tx: Tx, id: string) => Promise<void>,
  ): Promise<number> {
    return await repo.inTx(async (tx) => {
      const manager = await guard.asManager(tx, actor.me);
      let done = 0;
      for (const id of new Set(ids)) {
        const standing = await users.lock(tx, id);
        if (standing?.state !== 'pending') continue;
        await guard.lockTarget(tx, manager, id);
        await change(tx, id);
        await users.announce(tx, id);
        done += 1;
      }
      if (done > 0) return done;
      throw new AppError('not_found', 'Nobody of them waits any more. Reload the list.');
    });
  }

  return {
    list: (): Promise<WaitingPerson[]> => repo.waiting(MOST_WAITING),

    /**
     * Lets them in and tells them by mail.
     * @throws AppError forbidden for somebody who would be allowed more than the caller; not_found.
     */
    async approve(actor: Actor & Asking, ids: readonly string[]): Promise<{ done: number }> {
      const readers: Reader[] = [];
      const done = await each(actor, ids, async (tx, id) => {
        const before = await users.find(tx, id);
        await repo.activate(tx, id);
        const after = before && { ...before, state: 'active' as const };
        await guard.note(tx, actor, 'users.approve', { before, after });
        const reader = await repo.readerOf(tx, id);
        if (reader) readers.push(reader);
      });
      for (const reader of readers) {
        if (mails.configured) mails.put(reader, { kind: 'approved', path: '/sign-in' }, actor);
      }
      return { done };
    },

    /**
     * Removes them; whoever was here before is disabled instead.
     * @throws AppError forbidden, not_found.
     */
    async decline(actor: Actor, ids: readonly string[]): Promise<{ done: number }> {
      const done = await each(actor, ids, async (tx, id) => {
        const before = await users.find(tx, id);
        await repo.decline(tx, id);
        const after = await users.find(tx, id);
        await guard.note(tx, actor, 'users.decline', { before, after });
      });
      return { done };
    },
  };
}

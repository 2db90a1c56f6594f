import { AppError } from '#shared/errors.ts';
import type { UserDelete } from '#shared/schemas/users.ts';
import type { Actor } from '../audit/index.ts';
import { type Proven, requireRecentProof } from '../sessions/index.ts';
import type { UsersGuard } from './users.guard.ts';
import type { UsersRepo } from './users.repo.ts';

type UsersRemovalDeps = {
  repo: Pick<UsersRepo, 'inTx' | 'find' | 'delete' | 'announce'>;
  guard: UsersGuard;
};

/** Taking people away for good. */
export function createUsersRemoval({ guard, repo }: UsersRemovalDeps) {
  return {
    /**
     * With a person go their sessions, keys, accounts, stored responses and pool credit. What they used
     * and what the audit log says of them stays, under their id. With `username`, it has to be theirs.
     * @throws AppError conflict for oneself and the last admin; bad_request for another name;
     *   forbidden for somebody who may do more; not_found; step_up_needed.
     */
    async delete(actor: Actor & Proven, { id, username }: UserDelete): Promise<void> {
      requireRecentProof(actor);
      if (id === actor.me.id) {
        throw new AppError('conflict', 'You cannot delete yourself. Ask another admin.');
      }
      await repo.inTx(async (tx) => {
        const manager = await guard.asManager(tx, actor.me);
        const target = await guard.lockTarget(tx, manager, id);
        await guard.keepAnAdmin(tx, target);
        const before = await repo.find(tx, id);
        if (username !== undefined && username !== before?.username) throw otherName();
        await repo.delete(tx, id);
        await repo.announce(tx, id);
        await guard.note(tx, actor, 'users.delete', { before, after: null });
      });
    },
  };
}

function otherName(): AppError {
  return new AppError('bad_request', 'That is not their user name. Type it as the list shows it.', {
    param: 'username',
  });
}

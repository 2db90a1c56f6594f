import { AppError } from '#shared/errors.ts';
import { type Actor, type Audit, by } from '../audit/index.ts';
import type { Profile, ProfilesRepo } from './profiles.repo.ts';

export type ProfilesDeps = { repo: ProfilesRepo; audit: Pick<Audit, 'note'> };

/** What programs ask about the person they act for. */
export function createProfilesService({ repo, audit }: ProfilesDeps) {
  return {
    /** @throws AppError not_found when they were deleted meanwhile. */
    async of(id: string): Promise<Profile> {
      const profile = await repo.find(id);
      if (profile) return profile;
      throw new AppError('not_found', 'There is no such user any more.');
    },

    isTaken: (username: string): Promise<boolean> => repo.isTaken(username),

    async joinBeta(actor: Actor): Promise<void> {
      const { me } = actor;
      await repo.inTx(async (tx) => {
        if (!(await repo.joinBeta(tx, me.id))) return;
        await audit.note(tx, {
          ...by(actor, me),
          action: 'users.joinBeta',
          target: { kind: 'user', id: me.id, name: me.username },
          before: { beta: false },
          after: { beta: true },
        });
      });
    },
  };
}
export type ProfilesService = ReturnType<typeof createProfilesService>;

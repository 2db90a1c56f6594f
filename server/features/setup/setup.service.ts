import { timingSafeEqual } from 'node:crypto';
import { AppError } from '#shared/errors.ts';
import { PERMISSIONS } from '#shared/permissions.ts';
import type { SetupInput, SetupStatus } from '#shared/schemas/setup.ts';
import type { Clock } from '../../infra/clock.ts';
import { newId, newSecret, sha256hex } from '../../infra/ids.ts';
import { type Audit, by } from '../audit/index.ts';
import {
  addressKey,
  type Limiters,
  type Passwords,
  type SessionsService,
  type SignedIn,
  type Visitor,
} from '../sessions/index.ts';
import type { UsersRepo } from '../users/index.ts';
import type { SetupRepo } from './setup.repo.ts';

export type SetupDeps = {
  repo: SetupRepo;
  users: Pick<UsersRepo, 'insert'>;
  sessions: Pick<SessionsService, 'start'>;
  passwords: Pick<Passwords, 'choose'>;
  limiters: Pick<Limiters, 'token'>;
  audit: Pick<Audit, 'note'>;
  clock: Pick<Clock, 'now'>;
};

/** The first run: whoever reads the server's terminal makes the first admin, nobody else. */
export function createSetupService(deps: SetupDeps) {
  const { audit, repo, users, sessions, passwords, limiters, clock } = deps;

  return {
    /**
     * Makes a new one-time token while no user exists; the one of an earlier start stops working.
     * @returns the token, or null when set-up is done. It is stored as a hash only.
     */
    async prepare(): Promise<string | null> {
      return await repo.alone(async (tx) => {
        if (await repo.anybody(tx)) {
          await repo.deleteToken(tx);
          return null;
        }
        const token = newSecret('');
        await repo.setTokenHash(tx, sha256hex(token));
        return token;
      });
    },

    status: async (): Promise<SetupStatus> => ({ needed: !(await repo.anybody()) }),

    /**
     * Creates the first admin and signs them in.
     * @throws AppError setup_done once a user exists, forbidden for a wrong token, too_many_tries.
     */
    async complete(input: SetupInput, visitor: Visitor): Promise<SignedIn> {
      const from = addressKey(visitor.address);
      await limiters.token.take(from);
      // Asked here as well as under the lock, so that strangers cannot make us hash passwords.
      const expected = await repo.tokenHash();
      if (await repo.anybody()) throw done();
      if (!sameHash(expected, input.token)) throw wrongToken();
      const { username } = input;
      const passwordHash = await passwords.choose(input.password, { username });
      const user = { id: newId(clock), username, displayName: '', role: 'admin' };
      const me = { ...user, permissions: PERMISSIONS };
      await repo.alone(async (tx) => {
        if (await repo.anybody(tx)) throw done();
        if (!sameHash(await repo.tokenHash(tx), input.token)) throw wrongToken();
        const createdAt = new Date(clock.now());
        if (!(await users.insert(tx, { ...user, passwordHash, createdAt }))) throw done();
        await repo.deleteToken(tx);
        await audit.note(tx, {
          ...by(visitor, me),
          action: 'setup.complete',
          target: { kind: 'user', id: me.id, name: username },
          after: { username, role: me.role },
        });
      });
      await limiters.token.giveBack(from);
      const token = await sessions.start({ userId: me.id, passwordHash }, visitor, 'set-up');
      return { me, token };
    },
  };
}
export type SetupService = ReturnType<typeof createSetupService>;

function sameHash(stored: string | null, token: string): boolean {
  const given = Buffer.from(sha256hex(token), 'hex');
  // Without a stored hash it is compared with one that no token has.
  const expected = stored === null ? Buffer.alloc(given.length) : Buffer.from(stored, 'hex');
  return expected.length === given.length && timingSafeEqual(expected, given) && stored !== null;
}

function done(): AppError {
  return new AppError('setup_done', 'Set-up is already done. Sign in instead.');
}

function wrongToken(): AppError {
  return new AppError(
    'forbidden',
    'This set-up link is not valid. Use the one the server printed when it last started.',
  );
}

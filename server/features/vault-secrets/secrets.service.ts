import { AppError } from '#shared/errors.ts';
import { requirePermission } from '#shared/permissions.ts';
import type { SecretCreate, SecretUpdate, SecretView } from '#shared/schemas/vault-secrets.ts';
import type { Clock } from '../../infra/clock.ts';
import { type Actor, type Audit, by, type Noting } from '../audit/index.ts';
import { type Proven, requireRecentProof } from '../sessions/index.ts';
import { mintSecret, storedSecret } from './secret-holder.ts';
import { type SecretRow, type SecretSettings, type SecretsRepo, scopesOf } from './secrets.repo.ts';

export type SecretsDeps = {
  repo: SecretsRepo;
  audit: Pick<Audit, 'note'>;
  clock: Pick<Clock, 'now'>;
  newId(): string;
};

/** More programs than anybody has; each is one row that is read whole. */
const MOST_IN_USE = 1_000;
const MOST_SHOWN = 5_000;

type Action = 'vaultSecrets.create' | 'vaultSecrets.update' | 'vaultSecrets.revoke';

export type SecretsService = ReturnType<typeof createSecretsService>;

/** Secrets of programs that lease access tokens. */
export function createSecretsService({ audit, clock, newId, repo }: SecretsDeps) {
  const noting =
    (actor: Actor, action: Action): Noting<SecretRow> =>
    async (tx, before, after) => {
      const row = after ?? before;
      if (!row) return;
      await audit.note(tx, {
        ...by(actor, actor.me),
        action,
        target: { kind: 'vaultSecret', id: row.id, name: row.name },
        before: before && factsOf(before),
        after: after && factsOf(after),
      });
    };

  return {
    /** Newest first, those that ended too. */
    async list(): Promise<SecretView[]> {
      const rows = await repo.all(MOST_SHOWN);
      return rows.map(({ creator, ...row }) => viewOf(row, creator));
    },

    /**
     * Makes a secret; its text is in the answer and nowhere else.
     * @throws AppError step_up_needed; forbidden for one that gives refresh tokens or everything,
     *   without `vault.reveal`; bad_request for an end in the past or an admin's secret with a list;
     *   conflict when there are too many.
     */
    async create(
      actor: Actor & Proven,
      input: SecretCreate,
    ): Promise<{ id: string; secret: string }> {
      requireRecentProof(actor);
      requireMayGive(actor.me, input.scopes);
      checkEnd(input.expiresAt, clock.now());
      const settings = settingsOf(input);
      const now = new Date(clock.now());
      if ((await repo.inUse(now)) >= MOST_IN_USE) {
        throw new AppError('conflict', 'There are a thousand secrets. Revoke some of them first.');
      }
      const secret = mintSecret();
      const row = await repo.insert(
        {
          ...settings,
          ...storedSecret(secret),
          ...{ id: newId(), createdBy: actor.me.id, createdAt: now },
        },
        noting(actor, 'vaultSecrets.create'),
      );
      return { id: row.id, secret };
    },

    /**
     * Changes what a secret is for.
     * @throws AppError step_up_needed, not_found; forbidden, bad_request as `create`, by what it was for
     *   and what it is to be for; conflict when it is revoked.
     */
    async update(actor: Actor & Proven, { id, ...input }: SecretUpdate): Promise<{ id: string }> {
      requireRecentProof(actor);
      requireMayGive(actor.me, input.scopes);
      const settings = settingsOf(input);
      const row = await repo.change(
        id,
        (before) => {
          requireMayGive(actor.me, before.scopes);
          if (before.revokedAt) {
            throw new AppError('conflict', 'This secret was revoked. Make a new one.');
          }
          // One that ended meanwhile may be renamed without bringing it back.
          const same = before.expiresAt?.getTime() === settings.expiresAt?.getTime();
          if (!same) checkEnd(input.expiresAt, clock.now());
          return settings;
        },
        noting(actor, 'vaultSecrets.update'),
      );
      if (!row) throw gone();
      return { id };
    },

    /** Ends a secret for good, on every server within a second. Throws AppError not_found. */
    async revoke(actor: Actor, id: string): Promise<{ id: string }> {
      const row = await repo.change(
        id,
        ({ revokedAt }) => ({ revokedAt: revokedAt ?? new Date(clock.now()) }),
        noting(actor, 'vaultSecrets.revoke'),
      );
      if (!row) throw gone();
      return { id };
    },
  };
}

/** Whoever may not see refresh tokens makes no program that does. @throws AppError forbidden. */
function requireMayGive(me: Actor['me'], scopes: readonly string[]): void {
  if (scopes.includes('refresh-token') || scopes.includes('admin')) {
    requirePermission(me, 'vault.reveal');
  }
}

function settingsOf({ bizIds, expiresAt, name, scopes, tags }: SecretCreate): SecretSettings {
  // The admin API shows and changes every account, so a list would promise what it does not keep.
  if (scopes.includes('admin') && tags.length + bizIds.length > 0) {
    throw new AppError(
      'bad_request',
      'A secret with the scope "admin" is for every account. Leave tags and biz ids empty.',
      { param: 'scopes' },
    );
  }
  const end = expiresAt === null ? null : new Date(expiresAt);
  return { name, scopes, tags, bizIds, expiresAt: end };
}

function checkEnd(expiresAt: string | null, now: number): void {
  if (expiresAt === null || Date.parse(expiresAt) > now) return;
  throw new AppError('bad_request', 'Its end is in the past. Choose a later one.', {
    param: 'expiresAt',
  });
}

function factsOf({ bizIds, expiresAt, name, revokedAt, scopes, tags }: SecretRow) {
  const at = (date: Date | null) => date?.toISOString() ?? null;
  return { name, scopes, tags, bizIds, expiresAt: at(expiresAt), revokedAt: at(revokedAt) };
}

function viewOf(row: SecretRow, createdBy: string): SecretView {
  const { bizIds, id, name, prefix, tags } = row;
  return {
    ...{ id, name, prefix, tags, bizIds, createdBy },
    scopes: scopesOf(row.scopes),
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  };
}

function gone(): AppError {
  return new AppError('not_found', 'There is no such secret. Load the list again.');
}

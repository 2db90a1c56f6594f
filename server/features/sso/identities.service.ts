import { AppError } from '#shared/errors.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type { IdentityView, SsoWay, WaysOfMine } from '#shared/schemas/sso.ts';
import type { Tx } from '../../infra/prisma/client.ts';
import { type Actor, type Audit, by } from '../audit/index.ts';
import { type Proven, requireRecentProof } from '../sessions/index.ts';
import type { IdentitiesRepo, StoredIdentity } from './identities.repo.ts';
import type { Provider } from './provider.ts';
import type { Providers } from './providers.ts';

export type IdentitiesDeps = {
  repo: IdentitiesRepo;
  providers: Pick<Providers, 'all' | 'enabled'>;
  audit: Pick<Audit, 'note'>;
};

/** Who somebody is at other services, as they see and change it themselves. */
export function createIdentitiesService({ audit, providers, repo }: IdentitiesDeps) {
  /** A way that is switched off lets nobody in. */
  async function mayLose(tx: Tx, userId: string, others: readonly string[]): Promise<void> {
    const { hasPassword, passkeys } = await repo.otherWays(tx, userId);
    if (hasPassword || passkeys > 0) return;
    const enabled = (await providers.enabled()).map(({ id }) => id);
    if (others.some((id) => enabled.includes(id))) return;
    throw new AppError(
      'conflict',
      'This is your only way to sign in. Add a passkey or link another account first.',
    );
  }

  /**
   * The services that are on by which somebody proves once more who they are; empty for whoever has a
   * password, passkey or app: those prove it.
   */
  async function proofsOf(me: Me): Promise<SsoWay[]> {
    if (!(await repo.provedElsewhereOnly(me.id))) return [];
    const [open, own] = await Promise.all([providers.enabled(), repo.listOf(me.id)]);
    const linked = new Set(own.map(({ providerId }) => providerId));
    return open.filter(({ id }) => linked.has(id)).map(toWay);
  }

  return {
    proofsOf,

    /** Who somebody is at other services; empty for nobody. */
    async of(userId: string): Promise<IdentityView[]> {
      const [all, found] = await Promise.all([providers.all(), repo.listOf(userId)]);
      return toViews(all, found);
    },

    async mine(me: Me): Promise<WaysOfMine> {
      const [all, own, ways, proofs] = await Promise.all([
        providers.all(),
        repo.listOf(me.id),
        repo.otherWays(null, me.id),
        proofsOf(me),
      ]);
      const linked = new Set(own.map(({ providerId }) => providerId));
      return {
        ...ways,
        identities: toViews(all, own),
        others: all.filter(({ enabled, id }) => enabled && !linked.has(id)).map(toWay),
        proofs,
      };
    },

    /** @throws AppError step_up_needed; not_found; conflict for the last way in. */
    async unlink(actor: Actor & Proven, id: string): Promise<void> {
      requireRecentProof(actor);
      const { me } = actor;
      await repo.inTx(async (tx) => {
        const all = await repo.lockedListOf(tx, me.id);
        const own = all.find((identity) => identity.id === id);
        if (!own) {
          throw new AppError('not_found', 'This account is not linked any more. Reload the page.');
        }
        const others = all.filter((identity) => identity !== own);
        await mayLose(
          tx,
          me.id,
          others.map(({ providerId }) => providerId),
        );
        await repo.delete(tx, id);
        await audit.note(tx, {
          ...by(actor, me),
          action: 'sso.unlink',
          target: { kind: 'user', id: me.id, name: me.username },
          before: { service: own.providerId, subject: own.subject },
        });
      });
    },
  };
}
export type IdentitiesService = ReturnType<typeof createIdentitiesService>;

/** A service as a button shows it. */
export const toWay = ({ id, name, settings }: Provider): SsoWay => ({
  ...{ id, name },
  kind: settings.kind,
});

function toViews(
  services: readonly { id: string; name: string }[],
  identities: readonly StoredIdentity[],
): IdentityView[] {
  const names = new Map(services.map(({ id, name }) => [id, name]));
  return identities.map(({ id, providerId, username, email, subject, ...times }) => ({
    ...{ id, providerId, label: username || email || subject },
    providerName: names.get(providerId) ?? providerId,
    createdAt: times.createdAt.toISOString(),
    lastUsedAt: times.lastUsedAt?.toISOString() ?? null,
  }));
}

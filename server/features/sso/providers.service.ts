import { AppError } from '#shared/errors.ts';
import { covers } from '#shared/permissions.ts';
import type {
  ProviderCheck,
  ProviderSave,
  ProviderView,
  SsoSettings,
} from '#shared/schemas/sso.ts';
import type { Cipher } from '../../infra/cipher.ts';
import type { Outbound } from '../../infra/outbound/index.ts';
import type { Tx } from '../../infra/prisma/client.ts';
import { type Actor, type Audit, by } from '../audit/index.ts';
import { CONFIGURED_ADMIN_ID, type UsersRepo } from '../users/index.ts';
import { checkEndpoints } from './endpoints.ts';
import type { ProviderLook } from './provider-look.ts';
import { ENVIRONMENT_ID, type Providers, secretPlace } from './providers.ts';
import type { ProviderRow, ProvidersRepo, ProviderWrite } from './sso.repo.ts';

export type ProvidersServiceDeps = {
  repo: ProvidersRepo;
  providers: Providers;
  /** Asks a service whether it is where it is said to be. */
  look: ProviderLook;
  outbound: Pick<Outbound, 'assertAllowed'>;
  cipher: Pick<Cipher, 'seal'>;
  users: Pick<UsersRepo, 'roleAllows' | 'lockAdmins' | 'countAdminsBut'>;
  /** Whether the environment has a service. */
  hasEnvironment: boolean;
  audit: Pick<Audit, 'note'>;
};

/** What admins do with the services people sign in by. */
export function createProvidersService(deps: ProvidersServiceDeps) {
  const { audit, cipher, hasEnvironment, look, outbound, providers, repo, users } = deps;

  /** Nobody hands on what they lack, by a rule either. */
  async function mayGive(tx: Tx, actor: Actor, settings: SsoSettings): Promise<void> {
    const named = [
      { param: 'settings.defaultRole', role: settings.defaultRole },
      ...settings.roleRules.map(({ role }, index) => ({
        param: `settings.roleRules.${index}.role`,
        role,
      })),
    ];
    for (const { param, role } of named) {
      const allows = await users.roleAllows(tx, role);
      if (!allows) throw new AppError('bad_request', 'There is no such role.', { param });
      if (covers(actor.me, allows)) continue;
      throw new AppError('forbidden', 'This role allows more than yours. Ask an admin.', { param });
    }
  }

  /** Throws when `change` closes the only way in that admins have. `tx` holds the lock over admins. */
  async function keepAnAdmin<Result>(tx: Tx, change: () => Promise<Result>): Promise<Result> {
    const before = await users.countAdminsBut(tx, CONFIGURED_ADMIN_ID);
    const changed = await change();
    if (before === 0 || (await users.countAdminsBut(tx, CONFIGURED_ADMIN_ID)) > 0) return changed;
    throw new AppError(
      'conflict',
      'The last admin who can sign in does so by this service. Give an admin a passkey or a password first.',
    );
  }

  type Changed = [before: ProviderRow | null, after: ProviderRow];

  async function add(tx: Tx, write: ProviderWrite): Promise<Changed> {
    const after = await repo.insert(tx, write);
    if (!after) throw taken();
    return [null, after];
  }

  async function change(tx: Tx, write: ProviderWrite): Promise<Changed> {
    const before = await repo.lock(tx, write.id);
    if (!before) throw gone();
    return [before, await repo.update(tx, write)];
  }

  async function note(
    tx: Tx,
    actor: Actor,
    change: {
      action: 'sso.saveProvider' | 'sso.deleteProvider';
      before: ProviderRow | null;
      after: ProviderRow | null;
      also?: object;
    },
  ): Promise<void> {
    const { action, after, also, before } = change;
    const row = after ?? before;
    if (!row) return;
    await audit.note(tx, {
      ...by(actor, actor.me),
      action,
      target: { kind: 'service', id: row.id, name: row.name },
      before: before && factsOf(before),
      after: after && { ...factsOf(after), ...also },
    });
  }

  return {
    async list(): Promise<ProviderView[]> {
      const [all, rows, people] = await Promise.all([providers.all(), repo.all(), repo.people()]);
      const changed = new Map(rows.map(({ id, updatedAt }) => [id, updatedAt.toISOString()]));
      return all.map((provider) => ({
        ...{ id: provider.id, name: provider.name, enabled: provider.enabled },
        ...{ clientId: provider.clientId, hasSecret: provider.secret !== null },
        ...{ settings: provider.settings, editable: provider.editable },
        people: people.get(provider.id) ?? 0,
        updatedAt: provider.editable ? (changed.get(provider.id) ?? null) : null,
      }));
    },

    /**
     * Adds a service, or changes one.
     * @throws AppError conflict when the id is taken, not_found, bad_request or outbound_refused for an
     *   address that may not be called, forbidden for a role that allows more than one's own; conflict,
     *   too, when no admin could sign in any more.
     */
    async save(actor: Actor, input: ProviderSave): Promise<void> {
      const { id, isNew, secret, settings, ...facts } = input;
      if (hasEnvironment && id === ENVIRONMENT_ID) throw ofEnvironment();
      checkEndpoints(settings, outbound);
      const sealed = secret && cipher.seal(secret, secretPlace(id));
      const write: ProviderWrite = {
        ...{ ...facts, id, settings },
        ...(sealed === undefined ? {} : { secret: sealed }),
      };
      await repo.inTx(async (tx) => {
        await users.lockAdmins(tx);
        await mayGive(tx, actor, settings);
        const [before, after] = isNew
          ? await add(tx, write)
          : await keepAnAdmin(tx, () => change(tx, write));
        const also = secret === undefined ? {} : { newSecret: true };
        await note(tx, actor, { action: 'sso.saveProvider', before, after, also });
      });
    },

    /**
     * With who everybody is there.
     * @throws AppError not_found; conflict when no admin could sign in any more.
     */
    async remove(actor: Actor, id: string): Promise<void> {
      if (hasEnvironment && id === ENVIRONMENT_ID) throw ofEnvironment();
      await repo.inTx(async (tx) => {
        await users.lockAdmins(tx);
        const before = await repo.lock(tx, id);
        if (!before) throw gone();
        await keepAnAdmin(tx, () => repo.delete(tx, id));
        await note(tx, actor, { action: 'sso.deleteProvider', before, after: null });
      });
    },

    /** Asks the service whether it is where it is said to be. @throws AppError not_found */
    async check(id: string): Promise<ProviderCheck> {
      const provider = (await providers.all()).find((one) => one.id === id);
      if (!provider) throw gone();
      return { steps: await look(provider) };
    },
  };
}
export type ProvidersService = ReturnType<typeof createProvidersService>;

/** What is told of a service: never its secret. */
function factsOf({ clientId, enabled, name, secret, settings }: ProviderRow) {
  return { name, enabled, clientId, hasSecret: secret !== null, settings };
}

function taken(): AppError {
  return new AppError('conflict', 'Another service has this id. Choose another one.', {
    param: 'id',
  });
}

function gone(): AppError {
  return new AppError('not_found', 'There is no such service any more. Reload the page.');
}

function ofEnvironment(): AppError {
  return new AppError('forbidden', 'This service comes from the environment. Change it there.', {
    param: 'id',
  });
}

import { AppError } from '#shared/errors.ts';
import { can } from '#shared/permissions.ts';
import {
  Operation,
  type PlatformCreate,
  type PlatformUpdate,
  type PlatformView,
} from '#shared/schemas/platforms.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type { Outbound } from '../../infra/outbound/index.ts';
import type { CustomPlatform } from '../../platforms/custom.ts';
import { needsKey, type Platform } from '../../platforms/platform.ts';
import { isBuiltIn, type Registry } from '../../platforms/registry.ts';
import type { Actor, Audit, Told } from '../audit/index.ts';
import type { PlatformsRepo } from './platforms.repo.ts';

export type PlatformsDeps = {
  repo: PlatformsRepo;
  registry: Registry;
  outbound: Pick<Outbound, 'assertAllowed'>;
  audit: Pick<Audit, 'noting'>;
};

export type PlatformsService = ReturnType<typeof createPlatformsService>;

/** Platforms as people see them; the ones an admin added may be changed. */
export function createPlatformsService({ audit, outbound, registry, repo }: PlatformsDeps) {
  async function viewOf(me: Me, id: string): Promise<PlatformView> {
    await registry.reload();
    const platform = registry.find(id);
    if (!platform) throw noPlatform(id);
    return toView(platform, await repo.countAccounts(viewer(me)));
  }

  return {
    /** Every platform with the number of accounts the caller may see there. */
    async list(me: Me): Promise<PlatformView[]> {
      const counts = await repo.countAccounts(viewer(me));
      return registry.list().map((platform) => toView(platform, counts));
    },

    /** Throws conflict for a taken id and outbound_refused or bad_request for a bad base URL. */
    async create(actor: Actor, input: PlatformCreate): Promise<PlatformView> {
      const baseUrl = checkedBaseUrl(outbound, input.baseUrl);
      if (isBuiltIn(input.id)) {
        throw taken(`"${input.id}" is a built-in platform; choose another id.`);
      }
      const noting = audit.noting(actor, 'platforms.create', { tell });
      if (!(await repo.create({ ...input, baseUrl }, noting))) {
        throw taken(`There is a platform "${input.id}" already; choose another id.`);
      }
      return viewOf(actor.me, input.id);
    },

    /** Throws forbidden for a built-in one, not_found, and like `create` for a bad base URL. */
    async update(actor: Actor, input: PlatformUpdate): Promise<PlatformView> {
      refuseBuiltIn(input.id);
      const { id, name, protocol, baseUrl } = input;
      const change = {
        ...(name !== undefined && { name }),
        ...(protocol !== undefined && { protocol }),
        ...(baseUrl !== undefined && { baseUrl: checkedBaseUrl(outbound, baseUrl) }),
      };
      const noting = audit.noting(actor, 'platforms.update', { tell });
      if (!(await repo.update(id, change, noting))) throw noPlatform(id);
      return viewOf(actor.me, id);
    },

    /** Throws conflict while accounts or routes use it. */
    async delete(actor: Actor, id: string): Promise<null> {
      refuseBuiltIn(id);
      const uses = await repo.delete(id, audit.noting(actor, 'platforms.delete', { tell }));
      if (!uses) throw noPlatform(id);
      if (uses.accounts + uses.routes > 0) {
        throw new AppError(
          'conflict',
          `"${id}" is in use by ${uses.accounts} accounts and ${uses.routes} model routes; remove those first.`,
        );
      }
      await registry.reload();
      return null;
    },
  };
}

function tell({ baseUrl, id, name, protocol }: CustomPlatform): Told {
  return { target: { kind: 'platform', id, name }, facts: { name, protocol, baseUrl } };
}

function viewer(me: Me): { userId: string } | 'all' {
  return can(me, 'accounts.read') ? 'all' : { userId: me.id };
}

function toView(platform: Platform, counts: ReadonlyMap<string, number>): PlatformView {
  return {
    id: platform.id,
    name: platform.name,
    endpoints: platform.endpoints.map(({ protocol, baseUrl }) => ({ protocol, baseUrl })),
    operations: Operation.options.filter(
      (operation) => platform.operations[operation] !== undefined,
    ),
    custom: !isBuiltIn(platform.id),
    needsKey: needsKey(platform),
    keyOptional: platform.keyOptional,
    keyUrl: platform.keyUrl,
    models: [...platform.models],
    accounts: counts.get(platform.id) ?? 0,
  };
}

/** The base URL without a slash at its end, after the checks every outgoing request is under. */
function checkedBaseUrl(outbound: Pick<Outbound, 'assertAllowed'>, text: string): string {
  const url = new URL(text);
  if (url.search !== '' || url.hash !== '') {
    const message =
      'A base URL ends before "?" and "#": paths such as /chat/completions follow it.';
    throw new AppError('bad_request', message, { param: 'baseUrl' });
  }
  try {
    outbound.assertAllowed(url);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError(error.code, error.message, { param: 'baseUrl', cause: error });
  }
  return url.href.replace(/\/+$/, '');
}

function refuseBuiltIn(id: string): void {
  if (isBuiltIn(id)) {
    throw new AppError('forbidden', `"${id}" is built in and stays as it is.`, { param: 'id' });
  }
}

function noPlatform(id: string): AppError {
  return new AppError('not_found', `There is no platform "${id}".`, { param: 'id' });
}

function taken(message: string): AppError {
  return new AppError('conflict', message, { param: 'id' });
}

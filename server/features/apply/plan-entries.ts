import { AppError } from '#shared/errors.ts';
import type {
  ApplyAccount,
  ApplyKey,
  ApplyModel,
  ApplyPlatform,
  ApplyUser,
} from '#shared/schemas/apply.ts';
import { needsKey, type Platform } from '../../platforms/platform.ts';
import { checkPersonalLending, lendsPersonal } from '../accounts/index.ts';
import { storedForm, tidyAddresses } from '../keys/index.ts';
import { toStoredPrice } from '../models/index.ts';
import { NO_LIMITS } from '../quotas/index.ts';
import type {
  AccountColumns,
  Found,
  KeyColumns,
  ModelColumns,
  PlatformColumns,
  UserColumns,
} from './apply.rows.ts';
import { LIMIT_LABELS, limitsIn } from './limits.ts';
import { LOAN_LABELS, type LoanEvent, loanEventOf, loanIn, NO_LOAN_COLUMNS } from './loans.ts';
import { type Step, toStep } from './plan.ts';

type Make = { newId(): string };

export function planPlatform(
  wanted: ApplyPlatform,
  found: Found<PlatformColumns> | undefined,
): Step<PlatformColumns> {
  const baseUrl = wanted.baseUrl.replace(/\/+$/, '');
  return toStep<PlatformColumns>({
    kind: 'platform',
    name: wanted.id,
    found,
    wanted: { name: wanted.name, protocol: wanted.protocol, baseUrl, ...limitsIn(wanted) },
    defaults: { ...NO_LIMITS, name: wanted.id, protocol: wanted.protocol, baseUrl },
    labels: LIMIT_LABELS,
    newId: () => wanted.id,
  });
}

/** `passwordHash` is that of the wanted password, or undefined when the stored one fits it. */
export function planUser(
  wanted: ApplyUser,
  found: Found<UserColumns> | undefined,
  { newId, passwordHash }: Make & { passwordHash: string | undefined },
): Step<UserColumns> {
  return toStep<UserColumns>({
    kind: 'user',
    name: wanted.username,
    found,
    wanted: {
      passwordHash,
      role: wanted.role,
      displayName: wanted.displayName,
      ...limitsIn(wanted),
    },
    defaults: {
      ...NO_LIMITS,
      username: wanted.username,
      passwordHash: null,
      role: wanted.role,
      displayName: '',
    },
    labels: { passwordHash: 'password', ...LIMIT_LABELS },
    newId,
  });
}

export type AccountTools = {
  ownerId: string;
  /** Whether the platform cannot be called without a key, or takes none at all. */
  platform: Pick<Platform, 'endpoints' | 'keyOptional' | 'name'>;
  /** Whether an admin allowed lending personal accounts of the platform. */
  mayLendPersonal: boolean;
  /** Finds a user's id, or throws about the field. */
  userId(username: string, field: string): string;
  /** Of the found account; null when it has none or it does not open. */
  storedKey: string | null;
  seal(id: string, apiKey: string): { secret: string; secretHint: string };
  newId(): string;
};

export type AccountStep = Step<AccountColumns> & { loanEvent: LoanEvent | null };

/** Throws forbidden when it would share a personal account where no admin allowed that. */
export function planAccount(
  wanted: ApplyAccount,
  found: Found<AccountColumns> | undefined,
  tools: AccountTools,
): AccountStep {
  const { mayLendPersonal: allowed, platform } = tools;
  const before = found ?? { shared: false, policyClass: 'api_key' };
  const { policyClass = before.policyClass, shared = before.shared } = wanted;
  const lending = { policyClass, shared };
  checkPersonalLending(found ?? null, lending, { name: platform.name, allowed });
  const step = accountStep(wanted, found, tools);
  const given = step.action === 'unchanged' ? {} : step.columns;
  return {
    ...step,
    loanEvent: loanEventOf(found ?? null, given),
    ...(lendsPersonal(lending) &&
      !allowed && {
        note: `not lent now: lending personal accounts of ${platform.name} is not allowed`,
      }),
  };
}

function accountStep(
  wanted: ApplyAccount,
  found: Found<AccountColumns> | undefined,
  { ownerId, platform, storedKey, seal, newId, userId }: AccountTools,
): Step<AccountColumns> {
  const { apiKey } = wanted;
  if (apiKey !== undefined && !needsKey(platform)) {
    throw refusal(`${wanted.platform} needs no key; leave it out`, 'apiKey');
  }
  if (!found && apiKey === undefined && needsKey(platform) && !platform.keyOptional) {
    throw refusal(`a new account on ${wanted.platform} needs its key`, 'apiKey');
  }
  const id = found?.id ?? newId();
  const renewed = apiKey !== undefined && apiKey !== storedKey;
  const key = renewed ? { ...seal(id, apiKey), kind: 'api_key' as const, lastError: null } : {};
  // A new key may well work where the old one was refused; what a person disabled stays disabled.
  const revived = renewed && found?.state === 'expired' ? { state: 'active' as const } : {};
  return toStep<AccountColumns>({
    kind: 'account',
    name: `${wanted.owner}/${wanted.platform}/${wanted.name}`,
    found,
    wanted: {
      ...key,
      ...revived,
      shared: wanted.shared,
      policyClass: wanted.policyClass,
      maxConcurrency: wanted.maxConcurrency,
      options: wanted.options,
      ...loanIn(wanted.loan ?? {}, found, userId),
      ...limitsIn(wanted),
    },
    defaults: {
      ...NO_LIMITS,
      ...NO_LOAN_COLUMNS,
      ownerId,
      platformId: wanted.platform,
      name: wanted.name,
      kind: 'none',
      secret: null,
      secretHint: '',
      shared: false,
      policyClass: 'api_key',
      maxConcurrency: null,
      state: 'active',
      options: {},
      lastError: null,
    },
    labels: {
      secret: 'apiKey',
      secretHint: null,
      kind: null,
      lastError: null,
      ...LOAN_LABELS,
      ...LIMIT_LABELS,
    },
    newId: () => id,
  });
}

export function planModel(
  wanted: ApplyModel,
  found: Found<ModelColumns> | undefined,
  { newId }: Make,
): Step<ModelColumns> {
  const { price } = wanted;
  const routes = wanted.routes.map(({ platform, model, weight, priority }) => ({
    platformId: platform,
    upstreamModel: model,
    weight,
    priority,
  }));
  return toStep<ModelColumns>({
    kind: 'model',
    name: wanted.name,
    found: found && { ...found, routes: sameOrder(routes, found.routes) },
    wanted: {
      routes,
      enabled: wanted.enabled,
      price: price && toStoredPrice(price),
      ...limitsIn(wanted),
    },
    labels: LIMIT_LABELS,
    defaults: { ...NO_LIMITS, name: wanted.name, enabled: true, price: null, routes },
    newId,
  });
}

/** The stored routes in the order of the file: order means nothing, so it is no change. */
function sameOrder(wanted: ModelColumns['routes'], stored: ModelColumns['routes']) {
  const place = new Map(
    wanted.map((route, at) => [`${route.platformId} ${route.upstreamModel}`, at]),
  );
  const at = (route: ModelColumns['routes'][number]) =>
    place.get(`${route.platformId} ${route.upstreamModel}`) ?? wanted.length;
  return stored.toSorted((a, b) => at(a) - at(b));
}

export function planKey(
  wanted: ApplyKey,
  found: (Found<KeyColumns> & { revoked: boolean }) | undefined,
  { newId, ownerId }: Make & { ownerId: string },
): Step<KeyColumns> {
  const name = `${wanted.owner}/${wanted.name}`;
  if (found && found.ownerId !== ownerId) {
    throw refusal('another user has a key with this secret; use a new one', 'secret');
  }
  if (found?.revoked) {
    const note = 'it was revoked and stays so; give it a new secret to have a working key';
    return { action: 'unchanged', kind: 'key', name, changes: [], id: found.id, note };
  }
  const { expiresAt } = wanted;
  const secret = storedForm(wanted.secret);
  // NOTE: perhaps it was replaced because it leaked, so a file that still has it must not revive it.
  const replaced = found !== undefined && found.previousHash === secret.secretHash;
  const renewed = found !== undefined && !replaced && found.secretHash !== secret.secretHash;
  const step = toStep<KeyColumns>({
    kind: 'key',
    name,
    found,
    wanted: {
      ...(!replaced && secret),
      ...(renewed && { previousHash: null, previousUntil: null }),
      name: found && wanted.name,
      ...limitsIn(wanted),
      description: wanted.description,
      scopes: wanted.scopes,
      addresses: wanted.addresses && tidyAddresses(wanted.addresses),
      allowedModels: wanted.models,
      expiresAt: typeof expiresAt === 'string' ? new Date(expiresAt) : expiresAt,
    },
    defaults: {
      ...secret,
      previousHash: null,
      previousUntil: null,
      description: '',
      scopes: [],
      addresses: [],
      ownerId,
      name: wanted.name,
      ...NO_LIMITS,
      allowedModels: [],
      expiresAt: null,
    },
    labels: {
      secretHash: 'secret',
      prefix: null,
      previousHash: null,
      previousUntil: null,
      ...LIMIT_LABELS,
      allowedModels: 'models',
    },
    newId,
  });
  const note = 'its secret was replaced by rotation and stays so; put the new one into the file';
  return replaced ? { ...step, note } : step;
}

/** `field` is relative to the entry; the service puts its place in front. */
function refusal(message: string, field: string): AppError {
  return new AppError('bad_request', message, { param: field });
}

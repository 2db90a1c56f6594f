import { can } from '#shared/permissions.ts';
import type { AccountView, RestingModel } from '#shared/schemas/accounts.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import { phaseOf, type Standing } from './account-state.ts';
import type { Live } from './accounts.pool.ts';
import type { AccountRow } from './accounts.repo.ts';

/** What is not in the row. `now` is epoch ms. */
type Surroundings = { now: number; live: Live; platformName: string; zone: string };

/** An account as a person sees it; errors, key and terms are its owner's and the admins' business. */
export function viewOf(
  me: Me,
  row: AccountRow,
  { now, live, platformName, zone }: Surroundings,
): AccountView {
  const { createdAt, id, name, options, ownerId, ownerName, platformId, policyClass, shared } = row;
  return {
    ...{ id, name, options, ownerId, ownerName, platformId, platformName, policyClass, shared },
    ...{ paused: row.paused, zone },
    ...stateOf(row.standing, now),
    resting: restingOf(live, now),
    busy: live.busy,
    most: row.maxConcurrency,
    remaining: live.remaining,
    lastUsedAt: iso(row.lastUsedAt),
    createdAt: createdAt.toISOString(),
    ...privateOf(ownerId === me.id || can(me, 'accounts.read'), row, live),
  };
}

/** An account whose rest is over is active again for people: the next request finds out. */
function stateOf(standing: Standing, now: number) {
  const phase = phaseOf(standing, now);
  const isBack = phase === 'half-open';
  const { cause, since, state, until } = standing;
  return {
    state: isBack ? ('active' as const) : state,
    cause: isBack ? null : cause,
    since: new Date(since).toISOString(),
    coolingUntil: phase === 'resting' && until !== null ? new Date(until).toISOString() : null,
  };
}

function restingOf({ models }: Live, now: number): RestingModel[] {
  return Object.entries(models)
    .map(([model, standing]) => {
      const { coolingUntil, ...stated } = stateOf(standing, now);
      return { model, ...stated, until: coolingUntil };
    })
    .filter(({ state }) => state !== 'active')
    .sort((a, b) => a.model.localeCompare(b.model));
}

function privateOf(mine: boolean, row: AccountRow, live: Live) {
  if (!mine) {
    const errors = { lastError: null, lastErrorAt: null };
    return { mine, secretHint: '', ...errors, loan: null, lentToday: 0, modelsOff: [] };
  }
  const { lastError, loan, modelsOff, secretHint } = row;
  const { lentToday } = live;
  const lastErrorAt = iso(row.lastErrorAt);
  return { mine, secretHint, lastError, lastErrorAt, loan, lentToday, modelsOff };
}

function iso(time: Date | null): string | null {
  return time === null ? null : time.toISOString();
}

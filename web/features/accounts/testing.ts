import type { AccountView } from '#shared/schemas/accounts.ts';

/** An account for the tests of this folder. */
export function account(change: Partial<AccountView>): AccountView {
  return {
    id: '0193a0de-0000-7000-8000-000000000001',
    platformId: 'openai',
    platformName: 'OpenAI',
    name: 'Team key',
    ownerId: '0193a0de-0000-7000-8000-000000000002',
    ownerName: 'ada',
    mine: true,
    shared: false,
    paused: false,
    zone: 'UTC',
    state: 'active',
    coolingUntil: null,
    cause: null,
    since: '2026-11-22T00:00:00.000Z',
    resting: [],
    busy: 0,
    most: null,
    remaining: null,
    policyClass: 'api_key',
    loan: { users: [], models: [], hours: null, tokensPerDay: null },
    modelsOff: [],
    lentToday: 0,
    secretHint: '…9f2c',
    options: {},
    lastError: null,
    lastErrorAt: null,
    lastUsedAt: null,
    createdAt: '2026-11-22T00:00:00.000Z',
    ...change,
  };
}

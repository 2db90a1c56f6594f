import type { Common } from './build-common.ts';
import type { BuiltUsage } from './build-usage.ts';
import type { tokenKeys } from './config/token-keys.ts';
import {
  createKeyLookup,
  createKeyLookupRepo,
  createKeysRepo,
  createKeysSearchRepo,
  createKeysService,
  createNumberedKeys,
  createNumberedKeysRepo,
} from './features/keys/index.ts';
import { deleteSessionsOf } from './features/sessions/index.ts';
import {
  createAccessTokens,
  createPeople,
  createPeopleRepo,
  createProfilesRepo,
  createProfilesService,
  createTokensRepo,
  createTokensService,
} from './features/tokens/index.ts';

export type KeysOptions = {
  signing: ReturnType<typeof tokenKeys>;
  used: Pick<BuiltUsage, 'tokensToday' | 'spentThisMonth'>;
};

/** What programs of people show: API keys, access tokens and refresh tokens. */
export function buildKeys(common: Common, { signing, used }: KeysOptions) {
  const { audit, changes, clock, config, db, newId, onError, pool } = common;
  const lookup = createKeyLookup({ repo: createKeyLookupRepo(pool), changes, clock, onError });
  const people = createPeople({ repo: createPeopleRepo(pool), changes, clock, onError });
  const { accessMs, refreshMs } = config.tokens;
  const tokens = createTokensService({
    ...{ people, changes, audit, clock, onError },
    repo: createTokensRepo(db),
    access: createAccessTokens({ keys: signing, lifeMs: accessMs, clock }),
    endSessionsOf: deleteSessionsOf,
    lifeMs: { access: accessMs, refresh: refreshMs },
  });
  const keys = createKeysService({
    ...{ audit, clock, lookup, newId, zone: config.quotas.zone },
    repo: createKeysRepo(db),
    search: createKeysSearchRepo(db),
    tokensToday: (ids) => used.tokensToday('key', ids),
    spent: (ids) => used.spentThisMonth('key', ids),
  });
  return {
    ...{ lookup, people },
    profiles: createProfilesService({ repo: createProfilesRepo(db), audit }),
    services: {
      keys,
      numberedKeys: createNumberedKeys({ repo: createNumberedKeysRepo(db), keys }),
      tokens,
    },
  };
}

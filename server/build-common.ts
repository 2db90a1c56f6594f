import type { Infra } from './build-infra.ts';
import type { Config } from './config/config.ts';
import type { Audit } from './features/audit/index.ts';
import { newId } from './infra/ids.ts';

export type CommonOptions = {
  infra: Infra;
  config: Config;
  audit: Audit;
  /** 0 to 1, 1 excluded. */
  random: () => number;
};

export type Common = ReturnType<typeof commonOf>;

/** What nearly every feature is built from. */
export function commonOf({ audit, config, infra, random }: CommonOptions) {
  const { clock, db, pool, reports, events, cipher, outbound, log } = infra;
  return {
    ...{ audit, cipher, clock, config, db, events, log, outbound, pool, random, reports },
    changes: events,
    newId: () => newId(clock),
    onError: (err: unknown) => log.error({ err }, 'background work failed'),
  };
}

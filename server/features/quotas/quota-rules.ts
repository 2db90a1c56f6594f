import type { QuotaRule, QuotaSubject } from '#shared/schemas/quotas.ts';
import type { QuotaRules } from '../../gateway/ports.ts';
import type { Clock } from '../../infra/clock.ts';
import { type Changes, createReloader } from '../../infra/reloader.ts';
import type { QuotaRulesRepo } from './rules.repo.ts';

export type QuotaRulesDeps = {
  repo: Pick<QuotaRulesRepo, 'all'>;
  changes: Changes<'quotas'>;
  clock: Clock;
  onError(error: unknown): void;
};

export type KeptQuotaRules = QuotaRules & {
  /** Listens for changes and reads all rules. Rejects like the database. */
  start(): Promise<void>;
  /** Reads them again; on failure keeps what it knew and tries again. */
  reload(): Promise<void>;
  close(): void;
};

/** What a request meets on its way; the rules of users and keys come with who asks. */
const KINDS: readonly QuotaSubject[] = ['model', 'account', 'platform'];
const NONE: readonly QuotaRule[] = [];

/** The rules of models, accounts and platforms, in memory: what the request path asks. */
export function createQuotaRules(deps: QuotaRulesDeps): KeptQuotaRules {
  const { repo, changes, clock, onError } = deps;
  let rules = new Map<string, QuotaRule[]>();
  const stops: (() => void)[] = [];
  const reloader = createReloader({
    async load() {
      rules = Map.groupBy(await repo.all(KINDS), ({ subject, id }) => `${subject}:${id}`);
    },
    clock,
    onError,
  });
  const reload = () => reloader.reload(null);
  const heard = () => void reload().catch(() => undefined);

  return {
    of: (subject, id) => rules.get(`${subject}:${id}`) ?? NONE,
    reload,
    start() {
      stops.push(changes.on('quotas', heard), changes.onGap(heard));
      return reload();
    },
    close() {
      for (const stop of stops.splice(0)) stop();
      reloader.close();
    },
  };
}

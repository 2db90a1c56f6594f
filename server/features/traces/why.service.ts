import { AppError, toAppError } from '#shared/errors.ts';
import { can } from '#shared/permissions.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type { UsageDetail } from '#shared/schemas/usage.ts';
import type { WhyKept, WhyView } from '#shared/schemas/why.ts';
import type { Clock } from '../../infra/clock.ts';
import type { UsageService } from '../usage/index.ts';
import type { TracesRepo } from './traces.repo.ts';
import { accountNames, accountsIn, toWhyView } from './why.views.ts';

export type WhyServiceDeps = {
  repo: Pick<TracesRepo, 'find' | 'accounts'>;
  usage: Pick<UsageService, 'get'>;
  clock: Pick<Clock, 'now'>;
  /** How long traces are kept, days; 0 = not at all. */
  retentionDays: number;
};

const DAY_MS = 86_400_000;

/** Tells what became of a request and why: to the one who asked it, and to admins. */
export function createWhyService({ repo, usage, clock, retentionDays }: WhyServiceDeps) {
  async function recordOf(me: Me, id: string): Promise<UsageDetail | null> {
    try {
      return await usage.get(me, id);
    } catch (thrown) {
      if (toAppError(thrown).code === 'not_found') return null;
      throw thrown;
    }
  }

  return {
    /** For how many days it is told in full how a request came about. */
    kept: (): WhyKept => ({ days: retentionDays }),

    /** Throws AppError not_found: there is none, it is too old, or it is another's, all the same. */
    async get(me: Me, id: string): Promise<WhyView> {
      const scope = { userId: can(me, 'usage.read') ? null : me.id };
      const since = new Date(clock.now() - retentionDays * DAY_MS);
      const [record, found] = await Promise.all([recordOf(me, id), repo.find(id, since, scope)]);
      const accounts = found ? await repo.accounts(accountsIn(found.trace)) : [];
      const view = toWhyView(id, record, found, accountNames(me, accounts));
      if (view) return { ...view, keptDays: retentionDays };
      throw new AppError('not_found', 'There is no request of that id that you may see.');
    },
  };
}
export type WhyService = ReturnType<typeof createWhyService>;

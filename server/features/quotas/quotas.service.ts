import { AppError } from '#shared/errors.ts';
import { can } from '#shared/permissions.ts';
import { AuditTargetKind } from '#shared/schemas/audit.ts';
import { Id } from '#shared/schemas/common.ts';
import type {
  MyLimits,
  QuotaPreview,
  QuotaRule,
  QuotaRulesSet,
  QuotaState,
  QuotaSubject,
} from '#shared/schemas/quotas.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type { Clock } from '../../infra/clock.ts';
import { startOfDay } from '../../infra/zone.ts';
import type { Actor, Audit, Told } from '../audit/index.ts';
import type { LoadUsed } from './counters.ts';
import { createPreview } from './preview.ts';
import { createPreviewTurns } from './preview-turns.ts';
import type { WatchedQuotaGate } from './quota-gate.memory.ts';
import type { KeptQuotaRules } from './quota-rules.ts';
import type { NamedRules, QuotaRulesRepo } from './rules.repo.ts';
import { isCounted, type UsedRepo } from './used.repo.ts';
import { spanOf } from './windows.ts';

export type QuotasDeps = {
  repo: QuotaRulesRepo;
  audit: Pick<Audit, 'noting'>;
  past: UsedRepo['past'];
  /** What was used in a time, the journal included. */
  usedSince: LoadUsed;
  gate: Pick<WatchedQuotaGate, 'state'>;
  rules: Pick<KeptQuotaRules, 'reload'>;
  /** Whether a platform of this id is declared or was added. */
  isPlatform(id: string): boolean;
  clock: Pick<Clock, 'now'>;
  zone: string;
};

type Named = Pick<QuotaRule, 'subject' | 'id'>;
/** Keys that a person is shown the limits of. */
const MOST_KEYS = 100;
const BY_ID: ReadonlySet<QuotaSubject> = new Set(['user', 'key', 'account']);

/** Limits of everything: admins set all of them, owners those of their keys and accounts. */
export function createQuotasService(deps: QuotasDeps) {
  const { audit, repo, past, usedSince, gate, rules, clock, zone } = deps;
  const turns = createPreviewTurns();

  /** Whose it is; null = nobody's. Throws AppError not_found. */
  async function ownerOf({ subject, id }: Named): Promise<string | null> {
    const known = !BY_ID.has(subject) || Id.safeParse(id).success;
    const owner = known ? await repo.ownerOf(subject, id) : undefined;
    if (owner !== undefined) return owner;
    if (subject === 'platform' && deps.isPlatform(id)) return null;
    throw nothingHere();
  }

  /** @returns whose it is; null = nobody's. */
  async function maySee(me: Me, named: Named): Promise<string | null> {
    const owner = await ownerOf(named);
    if (!can(me, 'limits.read') && owner !== me.id) throw nothingHere();
    return owner;
  }

  async function maySet(me: Me, named: Named): Promise<void> {
    const owner = await maySee(me, named);
    if (can(me, 'limits.write')) return;
    if (named.subject !== 'user' && owner === me.id) return;
    throw new AppError('forbidden', 'Your role does not allow changing this limit. Ask an admin.');
  }

  async function stateOf({ subject, id }: Named): Promise<QuotaState[]> {
    return gate.state(await repo.list(subject, [id]));
  }

  async function previewOf(
    { id, subject }: Named,
    wanted: QuotaRulesSet['rules'],
  ): Promise<QuotaPreview> {
    const to = startOfDay(clock.now(), zone);
    const from = startOfDay(to - 1, zone);
    const month = spanOf('tokens-per-month', from, zone).from;
    const preview = createPreview(wanted, zone, await usedSince(subject, id, month, from));
    if (!isCounted(subject)) return preview.result();
    for await (const request of past(subject, id, from, to)) preview.add(request);
    return preview.result();
  }

  /** The limits of a person and those of their keys. */
  async function limitsOf(id: string): Promise<MyLimits> {
    const keys = await repo.limitedKeysOf(id, new Date(clock.now()));
    const shown = keys.slice(0, MOST_KEYS);
    const ids = shown.map((key) => key.id);
    const rules = [await repo.ofUser(id), await repo.list('key', ids)].flat();
    const states = Map.groupBy(await gate.state(rules), (state) => state.id);
    return {
      zone,
      own: states.get(id) ?? [],
      keys: shown
        .map((key) => ({ ...key, limits: states.get(key.id) ?? [] }))
        .sort((a, b) => fullest(b.limits) - fullest(a.limits)),
      more: keys.length - shown.length,
    };
  }

  return {
    /** The caller's own limits and those of their keys. Throws AppError storage_unavailable. */
    mine: ({ id }: Me): Promise<MyLimits> => limitsOf(id),

    /** What is set for each trust level. */
    trustLevels: (): Promise<QuotaRule[]> => repo.list('trust-level'),

    /** The same of anybody. Throws AppError not_found. */
    async ofUser(id: string): Promise<MyLimits> {
      await ownerOf({ subject: 'user', id });
      return limitsOf(id);
    },

    /** Its limits and how much of each is taken. Throws AppError not_found, for another's too. */
    async list(me: Me, named: Named): Promise<QuotaState[]> {
      await maySee(me, named);
      return stateOf(named);
    },

    /** Makes these all limits of the subject. Throws AppError bad_request, forbidden or not_found. */
    async set(actor: Actor, { rules: wanted, ...named }: QuotaRulesSet): Promise<QuotaState[]> {
      refuseRepeats(wanted);
      await maySet(actor.me, named);
      const noting = audit.noting(actor, 'quotas.set', { tell });
      await repo.replace(named.subject, named.id, wanted, noting);
      await rules.reload().catch(() => undefined);
      return stateOf(named);
    },

    /**
     * What these limits would have refused yesterday. Throws AppError too_many_tries for a person who
     * asks too often.
     */
    async preview(me: Me, { rules: wanted, ...named }: QuotaRulesSet): Promise<QuotaPreview> {
      refuseRepeats(wanted);
      await maySee(me, named);
      return turns.run(me.id, () => previewOf(named, wanted));
    },
  };
}
export type QuotasService = ReturnType<typeof createQuotasService>;

/** Each limit by its kind. */
function tell({ id, name, rules, subject }: NamedRules): Told {
  const kind = AuditTargetKind.catch('settings').parse(subject);
  const facts = Object.fromEntries(rules.map(({ limit, metric }) => [metric, limit]));
  return { target: { kind, id, name }, facts };
}

/** How much of the limit that is nearest its end is taken. */
function fullest(limits: readonly QuotaState[]): number {
  const shares = limits.map(({ limit, used, held }) => (limit <= 0 ? 1 : (used + held) / limit));
  return Math.max(0, ...shares);
}

function refuseRepeats(rules: QuotaRulesSet['rules']): void {
  const metrics = new Set(rules.map(({ metric }) => metric));
  if (metrics.size === rules.length) return;
  throw new AppError('bad_request', 'Each kind of limit can be given once.', { param: 'rules' });
}

function nothingHere(): AppError {
  return new AppError('not_found', 'There is nothing of this name here, or it is not yours.');
}

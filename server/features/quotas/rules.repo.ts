import {
  LIMIT_NAMES,
  type LimitName,
  QuotaMetric,
  type QuotaRule,
  QuotaSubject,
  TRUST_LEVELS,
} from '#shared/schemas/quotas.ts';
import { type Db, type Tx, withTx } from '../../infra/prisma/client.ts';
import { notify } from '../../infra/prisma/notify.ts';
import type { Noting } from '../audit/index.ts';

/** All limits of one subject by name; null = none. Costs in micro-dollars. */
export type LimitSet = Record<LimitName, number | null>;

/** How many limits there are beside the two that lists show. */
export function moreThanShown({ rpm: _rpm, tokensPerDay: _tokens, ...more }: LimitSet): number {
  return Object.values(more).filter((limit) => limit !== null).length;
}

export const NO_LIMITS: LimitSet = Object.freeze({
  rpm: null,
  tokensPerMinute: null,
  tokensPerDay: null,
  tokensPerMonth: null,
  costPerDay: null,
  costPerMonth: null,
  concurrency: null,
});

const NAME_OF = new Map(
  Object.entries(LIMIT_NAMES).map(([name, metric]) => [metric, name as LimitName]),
);
const ORDER = new Map(QuotaMetric.options.map((metric, place) => [metric, place]));

/** Rows of `quota_rules`. */
export function createQuotaRulesRepo(db: Db) {
  return {
    /** Of these subjects, or everything of a kind; in the order of their metrics. */
    async list(subject: QuotaSubject, ids?: readonly string[]): Promise<QuotaRule[]> {
      const where = { subject, ...(ids && { subjectId: { in: [...ids] } }) };
      return toRules(await db.quotaRule.findMany({ where }));
    },

    /** Those of a person: their own, and what their trust level adds to them. */
    async ofUser(id: string): Promise<QuotaRule[]> {
      const user = await db.user.findUnique({ where: { id }, select: { trustLevel: true } });
      if (!user) return [];
      const { trustLevel } = user;
      const rows = await db.quotaRule.findMany({
        where: {
          OR: [
            { subject: 'user', subjectId: id },
            { subject: 'trust-level', subjectId: String(trustLevel) },
          ],
        },
      });
      const rules = toRules(rows);
      const own = new Set(
        rules.flatMap(({ metric, subject }) => (subject === 'user' ? metric : [])),
      );
      return rules.flatMap((rule): QuotaRule[] => {
        if (rule.subject === 'user') return [rule];
        return own.has(rule.metric) ? [] : [{ ...rule, subject: 'user', id, trustLevel }];
      });
    },

    /** All of these kinds. */
    async all(subjects: readonly QuotaSubject[]): Promise<QuotaRule[]> {
      return toRules(await db.quotaRule.findMany({ where: { subject: { in: [...subjects] } } }));
    },

    /** Keys of a person that have limits and work at `now`; the last used first. */
    async limitedKeysOf(ownerId: string, now: Date): Promise<{ id: string; name: string }[]> {
      return await db.$queryRaw`
        SELECT k.id::text, k.name FROM api_keys k
         WHERE k.owner_id = ${ownerId}::uuid AND k.revoked_at IS NULL
           AND (k.expires_at IS NULL OR k.expires_at > ${now})
           AND EXISTS (SELECT 1 FROM quota_rules r
                        WHERE r.subject = 'key' AND r.subject_id = k.id::text)
         ORDER BY k.last_used_at DESC NULLS LAST, k.id DESC`;
    },

    /** Whose it is: null = nobody's, undefined = there is no such thing. */
    async ownerOf(subject: QuotaSubject, id: string): Promise<string | null | undefined> {
      switch (subject) {
        case 'user':
          return (await db.user.findUnique({ where: { id }, select: { id: true } }))?.id;
        case 'key':
          return (await db.apiKey.findUnique({ where: { id }, select: { ownerId: true } }))
            ?.ownerId;
        case 'account':
          return (await db.account.findUnique({ where: { id }, select: { ownerId: true } }))
            ?.ownerId;
        case 'model':
          return (await db.model.findUnique({ where: { name: id } })) ? null : undefined;
        case 'trust-level':
          return TRUST_LEVELS.some((level) => String(level) === id) ? null : undefined;
        case 'platform':
        case 'bot':
        case 'share-link':
          return undefined;
      }
    },

    /** Makes these all rules of the subject, and tells every replica. */
    replace(
      subject: QuotaSubject,
      id: string,
      rules: readonly Omit<QuotaRule, 'subject' | 'id'>[],
      noting: Noting<NamedRules>,
    ) {
      return withTx(db, async (tx) => {
        const where = { subject, subjectId: id };
        const before = toRules(await tx.quotaRule.findMany({ where }));
        await tx.quotaRule.deleteMany({ where });
        await tx.quotaRule.createMany({
          data: rules.map(({ metric, limit }) => ({ subject, subjectId: id, metric, most: limit })),
        });
        await tellOf(tx, subject, id);
        const named = { subject, id, name: await nameOf(tx, subject, id) };
        await noting(tx, { ...named, rules: before }, { ...named, rules });
      });
    },
  };
}
/** All limits of one subject. */
export type NamedRules = {
  subject: QuotaSubject;
  id: string;
  /** What people call it. */
  name: string;
  rules: readonly Pick<QuotaRule, 'metric' | 'limit'>[];
};

/** What people call it; its id where it has no name of its own. */
async function nameOf(tx: Tx, subject: QuotaSubject, id: string): Promise<string> {
  const found = { where: { id }, select: { name: true } } as const;
  if (subject === 'key') return (await tx.apiKey.findUnique(found))?.name ?? id;
  if (subject === 'account') return (await tx.account.findUnique(found))?.name ?? id;
  if (subject === 'trust-level') return `trust level ${id}`;
  if (subject !== 'user') return id;
  const user = await tx.user.findUnique({ where: { id }, select: { username: true } });
  return user?.username ?? id;
}

export type QuotaRulesRepo = ReturnType<typeof createQuotaRulesRepo>;

/** The limits of these subjects by name; of those without any too. */
export async function limitsOf(
  client: Db | Tx,
  subject: QuotaSubject,
  ids: readonly string[],
): Promise<(id: string) => LimitSet> {
  const where = { subject, subjectId: { in: [...ids] } };
  const found = new Map<string, LimitSet>();
  for (const { id, metric, limit } of toRules(await client.quotaRule.findMany({ where }))) {
    const name = NAME_OF.get(metric);
    const set = found.get(id) ?? { ...NO_LIMITS };
    if (name) set[name] = limit;
    found.set(id, set);
  }
  return (id) => found.get(id) ?? NO_LIMITS;
}

/** Changes the limits that are named: null takes one away, what is undefined stays. */
export async function saveLimits(
  tx: Tx,
  subject: QuotaSubject,
  id: string,
  change: { [Name in LimitName]?: number | null | undefined },
): Promise<void> {
  let changed = false;
  for (const [metric, name] of NAME_OF) {
    const limit = change[name];
    if (limit === undefined) continue;
    changed = true;
    const key = { subject, subjectId: id, metric };
    await tx.quotaRule.deleteMany({ where: key });
    if (limit !== null) await tx.quotaRule.create({ data: { ...key, most: limit } });
  }
  if (changed) await tellOf(tx, subject, id);
}

/** Keys and users are kept with their rules: whoever keeps them is told too, of a level's people all. */
async function tellOf(tx: Tx, subject: QuotaSubject, id: string): Promise<void> {
  await notify(tx, 'quotas', [id]);
  if (subject === 'user') await notify(tx, 'users', [id]);
  if (subject === 'trust-level') await notify(tx, 'users', []);
  if (subject === 'key') await notify(tx, 'keys', [id]);
}

type Row = { subject: string; subjectId: string; metric: string; most: bigint };

/** What a newer server may have written is left to it. */
function toRules(rows: readonly Row[]): QuotaRule[] {
  const rules = rows.flatMap(({ subject, subjectId, metric, most }): QuotaRule[] => {
    const words = {
      subject: QuotaSubject.safeParse(subject),
      metric: QuotaMetric.safeParse(metric),
    };
    if (!words.subject.success || !words.metric.success) return [];
    const { data: kind } = words.subject;
    return [{ subject: kind, id: subjectId, metric: words.metric.data, limit: Number(most) }];
  });
  return rules.sort((a, b) => (ORDER.get(a.metric) ?? 0) - (ORDER.get(b.metric) ?? 0));
}

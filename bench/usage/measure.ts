import type { Pool, QueryConfig } from 'pg';
import { createAudit } from '#server/features/audit/index.ts';
import {
  createLoadUsed,
  createQuotasService,
  createUsedRepo,
} from '#server/features/quotas/index.ts';
import {
  createStatistics,
  createSummaryRepo,
  createTokensToday,
  createUsageRepo,
  createUsageService,
  createUsedSince,
} from '#server/features/usage/index.ts';
import { systemClock } from '#server/infra/clock.ts';
import { QuotaMetric } from '#shared/schemas/quotas.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import { StatisticsBy } from '#shared/schemas/usage.ts';
import { plansOf, watched } from './plans.ts';

const TIMES = 5;
const BAR_MS = 200;
const SLOW_MS = 20;
/** Yesterday’s requests are played once more, one by one. */
const PREVIEW_BAR_MS = 1_000;
const id = (n: number) => `00000000-0000-0000-0000-${String(n).padStart(12, '0')}`;
const person = (n: number, role: Me['role']): Me =>
  ({ id: id(n), username: `user-${n}`, role }) as Me;

/** Each kind, high enough to count all. */
const LIMITS = QuotaMetric.options.map((metric) => ({ metric, limit: 1_000_000_000 }));
const NO_RULES = { ownerOf: () => Promise.resolve(null) } as unknown as Parameters<
  typeof createQuotasService
>[0]['repo'];

/**
 * How long the console's reads of usage take: the median and the longest of five, in ms; and how
 * PostgreSQL reads for the slower ones.
 */
export async function measureUsage(plain: Pool, print: (line: string) => void): Promise<void> {
  const { pool, statements } = watched(plain);
  const usage = createUsageService({
    repo: createUsageRepo(pool),
    summaries: createSummaryRepo(pool, 'UTC'),
    statistics: createStatistics({ pool, clock: systemClock, zone: 'UTC' }),
    clock: systemClock,
    zone: 'UTC',
  });
  const ledger = { flush: () => Promise.resolve() };
  const used = createUsedSince({ pool, ledger, clock: systemClock, zone: 'UTC' });
  const tokensToday = createTokensToday({ pool, clock: systemClock, zone: 'UTC' });
  const keys = Array.from({ length: 300 }, (_, n) => id(1_000 + n));
  const quotas = createQuotasService({
    repo: NO_RULES,
    audit: createAudit({ clock: systemClock }),
    past: createUsedRepo(pool).past,
    usedSince: createLoadUsed(used),
    gate: { state: () => Promise.resolve([]) },
    rules: { reload: () => Promise.resolve() },
    isPlatform: () => true,
    clock: systemClock,
    zone: 'UTC',
  });
  const admin = person(1, 'admin');
  const member = person(7, 'member');
  const list = (me: Me, filter: object, cursor?: string) => () =>
    usage.list(me, { limit: 100, filter, ...(cursor && { cursor }) });
  const month = new Date(Date.now() - 30 * 86_400_000).toISOString();
  const deep = (await list(admin, { to: month })()).nextCursor ?? '';

  const reads: [string, () => Promise<unknown>][] = [
    ['list, everybody’s newest', list(admin, {})],
    ['list, a month back', list(admin, {}, deep)],
    ['list of a member', list(member, {})],
    ['list by user', list(admin, { userId: id(3) })],
    ['list by key', list(admin, { keyId: id(1_200) })],
    ['list by model', list(admin, { model: 'model-2' })],
    ['list by a model hardly used', list(admin, { model: 'model-19' })],
    ['list by account', list(admin, { accountId: id(5_003) })],
    ['list of failures', list(admin, { outcome: 'failed' })],
    ['list of embeddings', list(admin, { operation: 'embeddings' })],
    [
      'list by user, model and failure',
      list(admin, { userId: id(3), model: 'model-9', outcome: 'failed' }),
    ],
    ['list of a model that nobody used', list(admin, { model: 'nothing' })],
    ['list of an operation that nobody used', list(admin, { operation: 'rerank' })],
    [
      'list of a month, by account and operation',
      list(admin, { from: month, accountId: id(5_003), operation: 'rerank' }),
    ],
    ['one record', () => usage.get(admin, id(1)).catch(() => undefined)],
    ...StatisticsBy.options.map((by): [string, () => Promise<unknown>] => [
      `statistics of ${by === 'hour' ? 7 : 60} days by ${by}`,
      () => usage.statistics(admin, { by, days: by === 'hour' ? 7 : 60, scope: 'all' }),
    ]),
    [
      'statistics of a member by model',
      () => usage.statistics(member, { by: 'model', days: 60, scope: 'mine' }),
    ],
    ...(['hour', 'day', 'week', 'month'] as const).map(
      (range): [string, () => Promise<unknown>] => [
        `dashboard, ${range}`,
        () => usage.summary(admin, { range, scope: 'all' }),
      ],
    ),
    ['used by a key this month', () => used('key', id(1_005), Date.now() - 30 * 86_400_000)],
    ['used by a model today', () => used('model', 'model-0', Date.now() - 43_200_000)],
    ["today's tokens of all keys", () => tokensToday('key', keys)],
    ...(
      [
        ['model', 'model-0'],
        ['platform', 'platform-1'],
      ] as const
    ).map(([subject, of]): [string, () => Promise<unknown>] => [
      `preview of limits, busy ${subject}`,
      () => quotas.preview(admin, { subject, id: of, rules: LIMITS }),
    ]),
  ];
  print(
    '\n| read | median ms | longest ms | bar ms | reached |\n| --- | ---: | ---: | ---: | --- |',
  );
  const slow: { name: string; asked: QueryConfig[] }[] = [];
  for (const [name, read] of reads) {
    const taken: number[] = [];
    for (let n = 0; n < TIMES; n += 1) {
      statements();
      const begun = performance.now();
      await read();
      taken.push(performance.now() - begun);
    }
    taken.sort((a, b) => a - b);
    const [median = 0, longest = 0] = [taken[TIMES >> 1], taken.at(-1)];
    const bar = name.startsWith('preview') ? PREVIEW_BAR_MS : BAR_MS;
    const reached = longest < bar ? 'yes' : '**no**';
    if (median >= SLOW_MS) slow.push({ name, asked: statements() });
    print(`| ${name} | ${median.toFixed(1)} | ${longest.toFixed(1)} | ${bar} | ${reached} |`);
  }
  print(`\nPlans of what takes ${SLOW_MS} ms and more:\n`);
  for (const { asked, name } of slow) {
    for (const plan of await plansOf(plain, asked)) print(`- ${name}: ${plan}`);
  }
  await measureExport(usage, admin, print);
}

async function measureExport(
  usage: ReturnType<typeof createUsageService>,
  me: Me,
  print: (line: string) => void,
): Promise<void> {
  const begun = performance.now();
  let bytes = 0;
  let most = 0;
  for await (const text of usage.exported(me, { format: 'csv' })) {
    bytes += text.length;
    most = Math.max(most, process.memoryUsage().rss);
  }
  const seconds = (performance.now() - begun) / 1_000;
  const mb = (count: number) => (count / 1_048_576).toFixed(0);
  print(
    `\nexport of everything as CSV: ${mb(bytes)} MB in ${seconds.toFixed(1)} s, memory at most ${mb(most)} MB`,
  );
}

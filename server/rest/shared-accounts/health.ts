import { z } from 'zod';
import { sharedAccountsErrors } from '../dialects.ts';
import type { Rest } from '../rest.ts';
import { reply } from '../route-spec.ts';

/** However often it is asked, the parts are looked at once in this time, ms. */
const KEPT_MS = 1_000;
const LONGEST_MS = 2_000;

export type HealthDeps = {
  clock: { now(): number; setTimer(ms: number, fn: () => void): () => void };
  /** Rejects when the database does not answer. */
  askDatabase(): Promise<unknown>;
  database: 'postgresql' | 'embedded postgresql';
  /** Whether limits are shared by Redis, and whether it answers; null = none is used. */
  redisAnswers(): boolean | null;
};

const Part = z.object({ status: z.enum(['healthy', 'unhealthy']), message: z.string() });
const Health = z.object({
  status: z.enum(['healthy', 'unhealthy']),
  components: z.object({
    api: Part,
    database: Part.extend({ type: z.string() }),
    cache: Part.extend({ type: z.string() }),
  }),
});
type Health = z.infer<typeof Health>;

const well = (message: string) => ({ status: 'healthy' as const, message });
const ill = (message: string) => ({ status: 'unhealthy' as const, message });

/** GET /api/health: contract 000, section 3.6. Without Redis limits go on in each process, so that is no illness of the whole. */
export function addHealth(rest: Rest, deps: HealthDeps): void {
  const { askDatabase, clock, database, redisAnswers } = deps;
  let looked: { at: number; health: Promise<Health> } | null = null;

  async function databaseAnswers(): Promise<boolean> {
    return await new Promise((resolve) => {
      const cancel = clock.setTimer(LONGEST_MS, () => resolve(false));
      askDatabase()
        .then(
          () => resolve(true),
          () => resolve(false),
        )
        .finally(cancel);
    });
  }

  async function look(): Promise<Health> {
    const answers = await databaseAnswers();
    const redis = redisAnswers();
    return {
      status: answers ? 'healthy' : 'unhealthy',
      components: {
        api: well('The server answers.'),
        database: {
          type: database,
          ...(answers ? well('The database answers.') : ill('The database does not answer.')),
        },
        cache: {
          type: redis === null ? 'memory' : 'redis',
          ...(redis === false
            ? ill('Redis does not answer: each server takes its share of every limit.')
            : well(redis === null ? 'In this process.' : 'Redis answers.')),
        },
      },
    };
  }

  rest.route(
    {
      method: 'GET',
      path: '/api/health',
      summary: 'Whether the server and what it needs are well',
      tag: 'Health',
      auth: 'none',
      answers: { 200: Health, 503: Health },
      errors: sharedAccountsErrors,
    },
    async () => {
      const now = clock.now();
      if (looked === null || now - looked.at >= KEPT_MS) looked = { at: now, health: look() };
      const health = await looked.health;
      return reply(health.status === 'healthy' ? 200 : 503, health);
    },
  );
}

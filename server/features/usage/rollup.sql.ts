/** Stands for everybody where roll-ups are told apart by whose requests they count. */
export const EVERYBODY = '00000000-0000-0000-0000-000000000000';

/** The sums of a roll-up. Latency is that of answers: a refusal takes no time and would flatter it. */
const SUMS: readonly (readonly [string, string])[] = [
  ['requests', 'count(*)'],
  ['errors', `count(*) FILTER (WHERE class = 'failed')`],
  ['aborted', `count(*) FILTER (WHERE class = 'aborted')`],
  ['input_tokens', 'sum(input_tokens)'],
  ['cached_tokens', 'sum(cached_tokens)'],
  ['cache_write_tokens', 'sum(cache_write_tokens)'],
  ['output_tokens', 'sum(output_tokens)'],
  ['reasoning_tokens', 'sum(reasoning_tokens)'],
  ['cost', 'coalesce(sum(cost), 0)'],
];
const HISTOGRAMS: readonly (readonly [string, string])[] = [
  ['latency', 'latency_ms'],
  ['first_token', 'first_token_ms'],
];
const NAMES = [...SUMS, ...HISTOGRAMS].map(([name]) => name);

/** What a record is counted under: dimension, value, whether with its user's own, with durations. */
type Place = readonly [string, string, 'everybody' | 'own', boolean];

const TEXT_OF: readonly (readonly [string, string])[] = [
  ['key', `coalesce(key_id::text, '')`],
  ['model', 'model'],
  ['account', `coalesce(account_id::text, '')`],
  ['platform', `coalesce(platform_id, '')`],
  ['door', 'door'],
  ['operation', 'operation'],
  ['outcome', 'class'],
];
/** How long answers took says nothing of a key, and there are many keys. */
const TIMED = new Set(['model', 'account', 'platform']);

const EVERYBODYS: readonly Place[] = [
  ['total', `''`, 'everybody', true],
  ['user', 'user_id::text', 'everybody', true],
  ...TEXT_OF.map(
    ([dimension, value]): Place => [dimension, value, 'everybody', TIMED.has(dimension)],
  ),
];
const OWN: readonly Place[] = TEXT_OF.map(([dimension, value]) => [
  dimension,
  value,
  'own',
  dimension === 'model',
]);

/** By hour only what is asked for by hour: what is one user's is, but for models, kept by day. */
const PLACES = {
  hour: [...EVERYBODYS, ...OWN.filter(([dimension]) => dimension === 'model')],
  day: [...EVERYBODYS, ...OWN],
} as const;
export type Grain = keyof typeof PLACES;

/** An hour begins when it does in UTC, whatever the session's zone is. */
const HOUR = `date_trunc('hour', created_at, 'UTC')`;

const CLASSED = `*, CASE WHEN outcome IN ('ok', 'aborted') THEN outcome ELSE 'failed' END AS class`;

/**
 * Adds records to the roll-ups. `from` is what to select them from, `day` the expression of the
 * beginning of a record's day. Rows are written in one order by everyone, so that two writers wait
 * for each other and do not lock each other out.
 */
export function addToRollups(from: string, day: string, grains: readonly Grain[]): string {
  const places = grains.flatMap((grain) =>
    PLACES[grain].map(
      ([dimension, value, whose, timed]) =>
        `('${grain}'::usage_grain, '${dimension}'::usage_dimension,
          ${whose === 'own' ? 'user_id' : `'${EVERYBODY}'::uuid`},
          ${grain === 'hour' ? HOUR : 'day'}, ${value}, ${timed})`,
    ),
  );
  const histograms = HISTOGRAMS.map(
    ([name, column]) =>
      `array_agg(usage_bucket(${column})) FILTER (WHERE timed AND class = 'ok' AND ${column} IS NOT NULL) AS ${name}`,
  );
  return `INSERT INTO usage_rollups AS r (grain, dimension, scope, at, value, ${NAMES.join(', ')})
    SELECT grain, dimension, scope, at, value,
           ${SUMS.map(([name]) => name).join(', ')},
           ${HISTOGRAMS.map(([name]) => `usage_histogram(${name})`).join(', ')}
      FROM (
        SELECT grain, dimension, scope, at, value,
               ${SUMS.map(([name, sum]) => `${sum} AS ${name}`).join(', ')},
               ${histograms.join(', ')}
          FROM (SELECT ${CLASSED}, ${day} AS day FROM ${from}) AS u
         CROSS JOIN LATERAL (VALUES ${places.join(', ')})
                 AS place (grain, dimension, scope, at, value, timed)
         GROUP BY 1, 2, 3, 4, 5
      ) AS g
     ORDER BY grain, dimension, scope, at, value
    ON CONFLICT (grain, dimension, scope, at, value) DO UPDATE SET
      ${SUMS.map(([name]) => `${name} = r.${name} + excluded.${name}`).join(', ')},
      ${HISTOGRAMS.map(([name]) => `${name} = usage_histogram_add(r.${name}, excluded.${name})`).join(', ')}`;
}

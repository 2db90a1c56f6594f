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
const HISTOGRAMS = ['latency', 'first_token'] as const;
const NAMES = [...SUMS.map(([name]) => name), ...HISTOGRAMS];

export type Grain = 'hour' | 'day';

/** What sums are told apart by, and the column that says it; `total` by nothing. */
const COLUMN_OF = {
  user: 'user_id',
  key: 'key_id',
  model: 'model',
  account: 'account_id',
  platform: 'platform_id',
  door: 'door',
  operation: 'operation',
  outcome: 'class',
} as const;
type Told = keyof typeof COLUMN_OF;

/** What a record is counted under. */
type Place = {
  grain: Grain;
  dimension: Told | 'total';
  whose: 'everybody' | 'own';
  /** With how long answers took: that says nothing of a key, and there are many keys. */
  timed: boolean;
};

const BOTH: readonly Grain[] = ['hour', 'day'];
/** By hour only what dashboards draw: what a part of a day came to is else summed from its records. */
const PLACES: readonly Place[] = [
  ...BOTH.flatMap((grain): Place[] => [
    { grain, dimension: 'total', whose: 'everybody', timed: true },
    { grain, dimension: 'user', whose: 'everybody', timed: true },
    { grain, dimension: 'model', whose: 'everybody', timed: grain === 'day' },
  ]),
  { grain: 'day', dimension: 'key', whose: 'everybody', timed: false },
  { grain: 'day', dimension: 'account', whose: 'everybody', timed: true },
  { grain: 'day', dimension: 'platform', whose: 'everybody', timed: true },
  { grain: 'day', dimension: 'door', whose: 'everybody', timed: false },
  { grain: 'day', dimension: 'operation', whose: 'everybody', timed: false },
  { grain: 'day', dimension: 'outcome', whose: 'everybody', timed: false },
  { grain: 'day', dimension: 'key', whose: 'own', timed: false },
  { grain: 'day', dimension: 'model', whose: 'own', timed: true },
  { grain: 'day', dimension: 'account', whose: 'own', timed: false },
  { grain: 'day', dimension: 'platform', whose: 'own', timed: false },
];

function columnsOf({ grain, dimension, whose }: Place): string[] {
  const told = dimension === 'total' ? [] : [COLUMN_OF[dimension]];
  return [grain, ...(whose === 'own' ? ['user_id'] : []), ...told];
}

/** What GROUPING(keys) says of a place: one bit a column, set where it is not told apart by it. */
function bitsOf(place: Place, keys: readonly string[]): number {
  const columns = columnsOf(place);
  return keys.reduce((bits, key) => bits * 2 + (columns.includes(key) ? 0 : 1), 0);
}

/** An hour begins when it does in UTC. NOTE: date_bin counts; date_trunc asks the zone for each record. */
const HOUR = `date_bin('1 hour', created_at, '2000-01-01T00:00:00Z')`;

const CLASS = `CASE WHEN outcome IN ('ok', 'aborted') THEN outcome ELSE 'failed' END`;

/**
 * Adds records to the roll-ups: they are read once and summed by everything at the same time. `from`
 * is what to select them from, `day` the expression of the beginning of a record's day. Rows are
 * written in one order by everyone, so that two writers wait for each other and do not lock each
 * other out.
 */
export function addToRollups(from: string, day: string, grains: readonly Grain[]): string {
  const places = PLACES.filter(({ grain }) => grains.includes(grain));
  const keys = [...new Set(places.flatMap(columnsOf))];
  const sets = places.map((place) => `(${columnsOf(place).join(', ')})`);
  return `INSERT INTO usage_rollups AS r (grain, dimension, scope, at, value, ${NAMES.join(', ')})
    SELECT grain, dimension, CASE WHEN own THEN user_id ELSE '${EVERYBODY}' END AS scope,
           coalesce(${grains.join(', ')}) AS at, ${valueIn(places)} AS value,
           ${SUMS.map(([name]) => name).join(', ')},
           ${HISTOGRAMS.map((name) => `CASE WHEN timed THEN ${name} END`).join(', ')}
      FROM (
        SELECT GROUPING(${keys.join(', ')}) AS bits, ${keys.join(', ')},
               ${SUMS.map(([name, sum]) => `${sum} AS ${name}`).join(', ')},
               ${HISTOGRAMS.map((name) => `sum(${name}) AS ${name}`).join(', ')}
          FROM (SELECT *, usage_mark(CASE WHEN outcome = 'ok' THEN latency_ms END) AS latency,
                       usage_mark(CASE WHEN outcome = 'ok' THEN first_token_ms END) AS first_token,
                       ${CLASS} AS class, ${HOUR} AS hour, ${day} AS day
                  FROM ${from}) AS u
         GROUP BY GROUPING SETS (${sets.join(', ')})
      ) AS g
      JOIN (VALUES ${places.map((place) => rowOf(place, keys)).join(', ')}) AS place (bits, grain, dimension, own, timed)
     USING (bits)
     ORDER BY grain, dimension, scope, at, value
    ON CONFLICT (grain, dimension, scope, at, value) DO UPDATE SET
      ${SUMS.map(([name]) => `${name} = r.${name} + excluded.${name}`).join(', ')},
      ${HISTOGRAMS.map((name) => `${name} = coalesce(r.${name} + excluded.${name}, r.${name}, excluded.${name})`).join(', ')}`;
}

function valueIn(places: readonly Place[]): string {
  const told = [...new Set(places.map(({ dimension }) => dimension))];
  const cases = told.map((dimension) =>
    dimension === 'total'
      ? ''
      : `WHEN '${dimension}' THEN coalesce(${COLUMN_OF[dimension]}::text, '')`,
  );
  return `CASE dimension ${cases.join(' ')} ELSE '' END`;
}

function rowOf(place: Place, keys: readonly string[]): string {
  const { grain, dimension, whose, timed } = place;
  return `(${bitsOf(place, keys)}, '${grain}'::usage_grain, '${dimension}'::usage_dimension,
    ${whose === 'own'}, ${timed})`;
}

import type { Pool, QueryConfig } from 'pg';

type Node = {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Subplans Removed'?: number;
  Plans?: Node[];
};

/** Of each read of a statement: how often, with what, how many rows. */
type Step = { what: string; times: number; rows: number };

const MOST_STEPS = 8;

/** A pool that remembers what it was asked since `statements` was last taken. */
export function watched(pool: Pool) {
  let asked: QueryConfig[] = [];
  const query = (statement: string | QueryConfig, values?: unknown[]) => {
    const whole = typeof statement === 'string' ? { text: statement, values } : statement;
    asked.push(whole as QueryConfig);
    return pool.query(whole as QueryConfig);
  };
  return {
    pool: new Proxy(pool, {
      get: (target, name) => (name === 'query' ? query : Reflect.get(target, name)),
    }),
    statements(): QueryConfig[] {
      const all = asked;
      asked = [];
      return all;
    },
  };
}

/** How PostgreSQL reads for these statements, a line each: tables of one kind (days) together. */
export async function plansOf(pool: Pool, statements: readonly QueryConfig[]): Promise<string[]> {
  const plans: string[] = [];
  for (const { text, values = [] } of statements) {
    const { rows } = await pool.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${text}`, values);
    const { Plan, 'Execution Time': ms } = rows[0]['QUERY PLAN'][0];
    const steps = stepsOf(Plan);
    const more = steps.length > MOST_STEPS ? `; ${steps.length - MOST_STEPS} more` : '';
    const told = steps.slice(0, MOST_STEPS).map(({ rows: read, times, what }) => {
      const often = times === 1 ? '' : ` × ${times}`;
      return `${what}${often}, ${read} rows`;
    });
    plans.push(`${told.join('; ')}${more} (${Number(ms).toFixed(1)} ms)`);
  }
  return plans;
}

function stepsOf(plan: Node): Step[] {
  const steps = new Map<string, Step>();
  const visit = (node: Node): void => {
    const table = node['Relation Name'];
    if (table !== undefined && node['Actual Loops'] > 0) {
      const through = node['Index Name'] ? ` by ${kindOf(node['Index Name'])}` : '';
      const what = `${node['Node Type']} on ${kindOf(table)}${through}`;
      const step = steps.get(what) ?? { what, times: 0, rows: 0 };
      step.times += 1;
      step.rows += Math.round(node['Actual Rows'] * node['Actual Loops']);
      steps.set(what, step);
    }
    for (const child of node.Plans ?? []) visit(child);
  };
  visit(plan);
  return [...steps.values()];
}

/** A day's table, or its index, by the name of all of them. */
function kindOf(name: string): string {
  return name.replace(/_\d{4}_?\d{2}_?\d{2}/, '');
}

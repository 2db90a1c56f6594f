import type { Dialect } from './dialects.ts';
import type { Route } from './route-spec.ts';

/** Sorts paths so that a written word comes before a parameter at the same place. */
export function byFit(a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')];
  for (const [at, part] of left.entries()) {
    const other = right[at];
    if (other === undefined) return 1;
    const order = Number(part.startsWith(':')) - Number(other.startsWith(':'));
    if (order !== 0) return order;
  }
  return 0;
}

/** Which methods each path takes, for telling those that ask with another. */
export function methodsOf(routes: readonly Route[]) {
  const found = new Map<string, { methods: string[]; errors: Dialect }>();
  for (const { path, method, errors } of routes) {
    const entry = found.get(path) ?? { methods: [], errors };
    entry.methods.push(method);
    found.set(path, entry);
  }
  return [...found].sort(([a], [b]) => byFit(a, b));
}

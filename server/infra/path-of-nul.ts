/** Nothing that is asked for here is nested deeper; the schema refuses what is. */
const DEEPEST = 20;

/** Where in some JSON a text holds a NUL, e.g. `routes.0.model` ('' = it is that text); null = nowhere. */
export function pathOfNul(value: unknown, depth = 0): string | null {
  if (typeof value === 'string') return value.includes('\0') ? '' : null;
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return null;
  for (const [name, member] of Object.entries(value)) {
    const below = pathOfNul(member, depth + 1);
    if (below !== null) return below === '' ? name : `${name}.${below}`;
  }
  return null;
}

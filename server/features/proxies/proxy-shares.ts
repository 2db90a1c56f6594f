export type Target = { id: string; accounts: number };

/** How many of `accounts` each target gets, so that the fullest ends up as empty as it can. */
export function proxyShares(accounts: number, targets: readonly Target[]): Map<string, number> {
  const shares = new Map(targets.map(({ id }) => [id, 0]));
  const sorted = [...targets].sort((a, b) => a.accounts - b.accounts);
  let left = accounts;
  for (let filled = 1; filled <= sorted.length && left > 0; filled += 1) {
    // The `filled` emptiest are as full as each other; they rise to the next one, or share the rest.
    const level = sorted[filled - 1];
    const next = sorted[filled];
    const room = next && level ? (next.accounts - level.accounts) * filled : left;
    const given = Math.min(room, left);
    for (const [index, { id }] of sorted.slice(0, filled).entries()) {
      const part = Math.floor(given / filled) + (index < given % filled ? 1 : 0);
      shares.set(id, (shares.get(id) ?? 0) + part);
    }
    left -= given;
  }
  return shares;
}

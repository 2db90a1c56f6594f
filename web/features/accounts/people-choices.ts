import type { Person } from '#shared/schemas/users.ts';

/** `label` null: nobody knows the name any more. */
export type Choice = { value: string; label: string | null };

/** The people found and those chosen before; who shares a name is told apart by the end of the id. */
export function peopleChoices(
  found: readonly Person[],
  chosen: readonly string[],
  names: ReadonlyMap<string, string>,
): Choice[] {
  const seen = new Set(found.map(({ id }) => id));
  const all = [
    ...found.map(({ id, name }) => ({ value: id, label: name })),
    ...chosen
      .filter((id) => !seen.has(id))
      .map((id) => ({ value: id, label: names.get(id) ?? null })),
  ];
  const count = new Map<string | null, number>();
  for (const { label } of all) count.set(label, (count.get(label) ?? 0) + 1);
  return all.map(({ label, value }) => {
    const shared = label !== null && (count.get(label) ?? 0) > 1;
    return { value, label: shared ? `${label} (${value.slice(-4)})` : label };
  });
}

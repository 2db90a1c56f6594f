import type { Quirks } from '../../platforms/quirks.ts';

/** What a platform's quirks change in a body: members it refuses, numbers outside its ranges. */
export function quirkChanges(
  members: Readonly<Record<string, unknown>>,
  { lacks = [], ranges = {} }: Quirks,
): { changes: Map<string, unknown>; dropped: string[] } {
  const changes = new Map<string, unknown>();
  const dropped = lacks.filter((name) => members[name] !== undefined && members[name] !== null);
  for (const name of dropped) changes.set(name, undefined);
  for (const [name, [least, most]] of Object.entries(ranges)) {
    const value = members[name];
    if (typeof value !== 'number' || changes.has(name)) continue;
    const allowed = Math.min(Math.max(value, least), most);
    if (allowed !== value) changes.set(name, allowed);
  }
  return { changes, dropped };
}

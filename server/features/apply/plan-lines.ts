import type { PlanItem } from './plan.ts';

const SIGNS = { create: '+', update: '~', unchanged: '=' } as const;

const KINDS: Partial<Record<PlanItem['kind'], string>> = { oauthClient: 'OAuth client' };

/** A plan for a terminal: one line an entry, without any value. */
export function planLines(plan: readonly PlanItem[]): string[] {
  return plan.map(({ action, kind, name, changes, note }) => {
    const fields = changes.length > 0 ? `: ${changes.join(', ')}` : '';
    const remark = note === undefined ? '' : ` (${note})`;
    return `${SIGNS[action]} ${KINDS[kind] ?? kind} ${name}${action === 'unchanged' ? '' : fields}${remark}`;
  });
}

/** e.g. `2 created, 1 updated, 4 unchanged`. */
export function planTotals(plan: readonly PlanItem[]): string {
  const count = (action: PlanItem['action']) =>
    plan.filter((item) => item.action === action).length;
  return `${count('create')} created, ${count('update')} updated, ${count('unchanged')} unchanged`;
}

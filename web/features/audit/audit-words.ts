import type { TFunction } from 'i18next';
import { AuditAction, type AuditRow, AuditTargetKind } from '#shared/schemas/audit.ts';

/** What was done, in words; what a newer server wrote, as it called it. */
export function actionName(t: TFunction<'audit'>, action: string): string {
  const known = AuditAction.safeParse(action).data;
  return known ? t(`actions.${known}`) : action;
}

/** What it was done to. */
export function kindName(t: TFunction<'audit'>, kind: string): string {
  const known = AuditTargetKind.safeParse(kind).data;
  return known ? t(`kinds.${known}`) : kind;
}

/** Who did it. */
export function actorName(t: TFunction<'audit'>, { action, actorName: name }: AuditRow): string {
  if (action === 'setup.apply') return t('setupFile');
  return name === '' ? t('nobody') : name;
}

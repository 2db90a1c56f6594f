import type { ErrorCode } from '#shared/errors.ts';
import { BUILT_IN_ROLES, type BuiltInRole, type Permission } from '#shared/permissions.ts';
import type { Browser } from './browser.ts';
import type { TestConsole } from './console.ts';
import type { Admits } from './role-matrix.ts';

export const PRINCIPALS = [
  'nobody',
  'member',
  'auditor',
  'operator',
  'admin',
  'disabled',
  'expired',
] as const;
export type PrincipalKind = (typeof PRINCIPALS)[number];

const FOUR_WEEKS_AND_MORE_MS = 31 * 86_400_000;

/** A browser as such a person has it: `disabled` and `expired` still hold an admin's old cookie. */
export async function browserOf(kind: PrincipalKind, console: TestConsole): Promise<Browser> {
  if (kind === 'nobody') return console.browser();
  if (isRole(kind)) return (await console.signedIn(kind)).browser;
  const admin = await console.signedIn('admin');
  if (kind === 'disabled') {
    // Behind the service's back: even with its session left in the table, a disabled user is nobody.
    await console.db.user.update({ where: { id: admin.id }, data: { state: 'disabled' } });
  }
  if (kind === 'expired') {
    const past = new Date(console.clock.now() - FOUR_WEEKS_AND_MORE_MS);
    await console.db.session.updateMany({ where: { userId: admin.id }, data: { expiresAt: past } });
  }
  return admin.browser;
}

/** With which code such a person is turned away; null = let in. */
export function refusalOf(kind: PrincipalKind, admits: Admits): ErrorCode | null {
  if (admits === 'everyone') return null;
  if (!isRole(kind)) return 'not_signed_in';
  if (admits === 'signed-in') return null;
  const allowed: readonly Permission[] = BUILT_IN_ROLES[kind];
  return allowed.includes(admits) ? null : 'forbidden';
}

function isRole(kind: PrincipalKind): kind is BuiltInRole & PrincipalKind {
  return kind in BUILT_IN_ROLES;
}

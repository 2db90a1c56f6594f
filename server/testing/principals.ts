import type { ErrorCode } from '#shared/errors.ts';
import type { Browser } from './browser.ts';
import type { TestConsole } from './console.ts';
import type { Admits } from './role-matrix.ts';

export const PRINCIPALS = ['nobody', 'member', 'admin', 'disabled', 'expired'] as const;
export type PrincipalKind = (typeof PRINCIPALS)[number];

const FOUR_WEEKS_AND_MORE_MS = 31 * 86_400_000;

/** A browser as such a person has it: `disabled` and `expired` still hold an admin's old cookie. */
export async function browserOf(kind: PrincipalKind, console: TestConsole): Promise<Browser> {
  if (kind === 'nobody') return console.browser();
  if (kind === 'member') return (await console.signedIn('member')).browser;
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
  if (admits === 'everyone' || kind === 'admin') return null;
  if (kind !== 'member') return 'not_signed_in';
  return admits === 'admins' ? 'forbidden' : null;
}

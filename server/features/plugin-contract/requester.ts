import { AppError } from '#shared/errors.ts';
import type { Permission } from '#shared/permissions.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type { Actor } from '../audit/index.ts';
import { CONFIGURED_ADMIN_ID } from '../users/index.ts';

/** Who asks: the holder of a user's key, or of the admin key. */
export type Requester = Actor;

const ADMIN_MAY: readonly Permission[] = [
  'users.read',
  'users.write',
  'accounts.read',
  'accounts.write',
];

/** The holder of PLUGIN_ADMIN_KEY: manages people without rights of their own, and every account. */
export const PLUGIN_ADMIN: Me = {
  id: CONFIGURED_ADMIN_ID,
  username: 'plugin-admin-key',
  displayName: '',
  role: 'member',
  permissions: ADMIN_MAY,
};

/** Whether it is the holder of the admin key; whoever has rights by their role is not. */
export function isPluginAdmin({ me }: Pick<Requester, 'me'>): boolean {
  return me.id === CONFIGURED_ADMIN_ID;
}

/** @throws AppError forbidden for everybody but the holder of the admin key. */
export function requireAdmin(who: Pick<Requester, 'me'>): void {
  if (isPluginAdmin(who)) return;
  throw new AppError('forbidden', 'This needs the admin key (PLUGIN_ADMIN_KEY of this server).');
}

/** @throws AppError forbidden for the holder of the admin key, who owns nothing. */
export function requirePerson(who: Pick<Requester, 'me'>): void {
  if (!isPluginAdmin(who)) return;
  throw new AppError('forbidden', 'This needs the key of a user; the admin key owns nothing.');
}

import { permissionsOf } from '#shared/permissions.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type { Actor } from '../features/audit/index.ts';
import type { Proven } from '../features/sessions/index.ts';
import { newId } from '../infra/ids.ts';

/** Somebody who asks for a change, for services that are called without HTTP. */
export function asActor(me: Omit<Me, 'permissions'> & Partial<Me>): Actor & Proven {
  const permissions = permissionsOf({ id: me.role, builtIn: true, permissions: [] });
  return { me: { permissions, ...me }, address: '192.0.2.1', requestId: newId(), proved: true };
}

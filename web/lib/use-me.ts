import { getRouteApi } from '@tanstack/react-router';
import { can, type Permission } from '#shared/permissions.ts';
import type { Me } from '#shared/schemas/sessions.ts';

const shell = getRouteApi('/shell');

/** The signed-in person. Only for components below the shell, where there always is one. */
export function useMe(): Me {
  return shell.useRouteContext({ select: (context) => context.me });
}

/** Whether the signed-in person's role allows this. */
export function useCan(permission: Permission): boolean {
  return can(useMe(), permission);
}

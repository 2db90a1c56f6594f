import { getRouteApi } from '@tanstack/react-router';
import type { Me } from '#shared/schemas/sessions.ts';

const shell = getRouteApi('/shell');

/** The signed-in person. Only for components below the shell, where there always is one. */
export function useMe(): Me {
  return shell.useRouteContext({ select: (context) => context.me });
}

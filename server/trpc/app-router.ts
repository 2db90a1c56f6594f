import { createKeysRouter, type KeysService } from '../features/keys/index.ts';
import { createSessionsRouter, type SessionsService } from '../features/sessions/index.ts';
import { createSetupRouter, type SetupService } from '../features/setup/index.ts';
import { createUsageRouter, type UsageService } from '../features/usage/index.ts';
import {
  createUsersRouter,
  type InvitesService,
  type UsersService,
} from '../features/users/index.ts';
import { router } from './init.ts';

export type Services = {
  setup: SetupService;
  sessions: SessionsService;
  users: UsersService;
  invites: InvitesService;
  keys: KeysService;
  usage: UsageService;
};

/** Every procedure of the console. A feature adds its service above and its line below. */
export function createAppRouter(services: Services) {
  return router({
    setup: createSetupRouter(services.setup),
    sessions: createSessionsRouter(services.sessions),
    users: createUsersRouter(services.users, services.invites),
    keys: createKeysRouter(services.keys),
    usage: createUsageRouter(services.usage),
  });
}
export type AppRouter = ReturnType<typeof createAppRouter>;

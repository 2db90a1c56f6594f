import { z } from 'zod';
import { type PersonRow, statusOf } from '../../features/plugin-contract/index.ts';
import {
  byAdmin,
  byKey,
  byPerson,
  Done,
  done,
  Flag,
  ok,
  okay,
  type PluginRoutesDeps,
  StatusBody,
  whoOf,
} from './spec.ts';

const Name = z.string().max(100).nullish();
const UserId = z.object({ user_id: z.string().max(100) });

const Created = z.object({
  user_id: z.string(),
  api_key: z.string(),
  name: z.string().nullable(),
  prefer_shared: Flag,
  created_at: z.string(),
});
const Listed = z.object({
  user_id: z.string(),
  name: z.string(),
  status: Flag,
  created_at: z.string(),
  updated_at: z.string(),
});
const Self = Listed.extend({ prefer_shared: Flag });

/** Contract of the Plug-in API, 3.1: people, with the admin key but for what is one's own. */
export function addUserRoutes({ contract: { people }, identify, rest }: PluginRoutesDeps): void {
  const key = byKey(identify);
  const admin = byAdmin(identify);
  const person = byPerson(identify);

  rest.route(
    {
      ...admin,
      method: 'POST',
      path: '/api/users',
      summary: 'Make a user with a key, which is shown this once (admin key)',
      body: z.object({ name: Name, prefer_shared: Flag.optional() }).prefault({}),
      answers: { 200: done(Created) },
    },
    async ({ body, ...asked }) => {
      const name = body.name?.trim() || null;
      const preferShared = body.prefer_shared === 1;
      const { secret, user } = await people.create(whoOf(asked), { name, preferShared });
      const created = {
        user_id: user.id,
        api_key: secret,
        name,
        prefer_shared: flag(user.preferShared),
        created_at: user.createdAt.toISOString(),
      };
      return ok(created, 'The user was created. Keep the key: it is shown this once.');
    },
  );

  rest.route(
    {
      ...admin,
      method: 'GET',
      path: '/api/users',
      summary: 'All users, newest first (admin key)',
      answers: { 200: done(z.array(Listed)) },
    },
    async (asked) => ok((await people.list(whoOf(asked))).map(toListed)),
  );

  rest.route(
    {
      ...person,
      method: 'GET',
      path: '/api/user/me',
      summary: 'Whose key this is',
      answers: { 200: done(Self) },
    },
    async (asked) => {
      const user = await people.self(whoOf(asked));
      return ok({ ...toListed(user), prefer_shared: flag(user.preferShared) });
    },
  );

  rest.route(
    {
      ...admin,
      method: 'POST',
      path: '/api/users/:user_id/regenerate-key',
      summary: 'A new key in place of the one the user got here; that one ends at once (admin key)',
      params: UserId,
      answers: { 200: done(z.object({ user_id: z.string(), api_key: z.string() })) },
    },
    async ({ params: { user_id }, ...asked }) => {
      const api_key = await people.regenerateKey(whoOf(asked), user_id);
      return ok({ user_id, api_key }, 'Keep the key: it is shown this once.');
    },
  );

  rest.route(
    {
      ...admin,
      method: 'PUT',
      path: '/api/users/:user_id/status',
      summary: 'Enable (1) or disable (0) a user (admin key)',
      params: UserId,
      body: StatusBody,
      answers: { 200: done(z.object({ user_id: z.string(), status: Flag })) },
    },
    async ({ body: { status }, params: { user_id }, ...asked }) => {
      await people.setStatus(whoOf(asked), user_id, status);
      return ok({ user_id, status });
    },
  );

  rest.route(
    {
      ...key,
      method: 'PUT',
      path: '/api/users/:user_id/preference',
      summary: 'Whether shared accounts are asked first (the user, or the admin key)',
      params: UserId,
      body: z.object({ prefer_shared: Flag }),
      answers: { 200: done(z.object({ user_id: z.string(), prefer_shared: Flag })) },
    },
    async ({ body: { prefer_shared }, params: { user_id }, ...asked }) => {
      await people.setPreference(whoOf(asked), user_id, prefer_shared === 1);
      return ok({ user_id, prefer_shared });
    },
  );

  rest.route(
    {
      ...admin,
      method: 'DELETE',
      path: '/api/users/:user_id',
      summary: 'Delete a user with all that is theirs (admin key)',
      params: UserId,
      answers: { 200: Done },
    },
    async ({ params: { user_id }, ...asked }) => {
      await people.delete(whoOf(asked), user_id);
      return okay('The user was deleted.');
    },
  );
}

function toListed(user: PersonRow) {
  return {
    user_id: user.id,
    name: user.displayName || user.username,
    status: statusOf(user),
    created_at: user.createdAt.toISOString(),
    updated_at: user.updatedAt.toISOString(),
  };
}

function flag(is: boolean): 0 | 1 {
  return is ? 1 : 0;
}

import { z } from 'zod';
import { KeyDescription } from '#shared/schemas/keys.ts';
import type { NumberedKeys } from '../../features/keys/index.ts';
import { sharedAccountsErrors } from '../dialects.ts';
import type { Rest } from '../rest.ts';

/** As far as PostgreSQL's integer goes. */
const KeyNumber = z.coerce.number().int().min(1).max(2_147_483_647);
const ByNumber = z.object({ id: KeyNumber });
/** The Plug-in API's two families. */
const Family = z.enum(['antigravity', 'kiro']);

const NewKey = z.object({
  name: z.string().trim().max(80).nullish(),
  description: KeyDescription.nullish(),
  config_type: Family.nullish(),
});

const ApiKey = z
  .object({
    id: z.int(),
    user_id: z.int(),
    name: z.string(),
    description: z.string(),
    config_type: z.string().nullable(),
    is_active: z.boolean(),
    created_at: z.string(),
    last_used_at: z.string().nullable(),
    expires_at: z.string().nullable(),
    /** The first characters; the whole key is told once, when it is made. */
    key_preview: z.string(),
  })
  .meta({ id: 'ApiKey' });
const NewApiKey = ApiKey.extend({ key: z.string() }).meta({ id: 'NewApiKey' });
const Done = z.object({ message: z.string(), success: z.literal(true) }).meta({ id: 'Done' });

type Row = Awaited<ReturnType<NumberedKeys['get']>>;
type Deps = { keys: NumberedKeys; clock: { now(): number } };

/** /api/api-keys: contract 000, section 3.2. One's own keys; whoever may see others' sees them in the console. */
export function addApiKeys(rest: Rest, { clock, keys }: Deps): void {
  const common = { tag: 'API keys', auth: 'token', errors: sharedAccountsErrors } as const;
  const path = '/api/api-keys';

  const view = (row: Row, owner: number): z.input<typeof ApiKey> => {
    const { createdAt, description, disabledAt, expiresAt, lastUsedAt, name, number, prefix } = row;
    const ended = expiresAt !== null && expiresAt.getTime() <= clock.now();
    return {
      id: number,
      user_id: owner,
      name,
      description,
      config_type: row.family,
      is_active: disabledAt === null && !ended,
      created_at: createdAt.toISOString(),
      last_used_at: lastUsedAt?.toISOString() ?? null,
      expires_at: expiresAt?.toISOString() ?? null,
      key_preview: `${prefix.replace(/…$/, '')}...`,
    };
  };

  rest.route(
    {
      ...common,
      method: 'POST',
      path,
      summary: 'Make a key; the answer is the only one that holds it',
      body: NewKey.optional(),
      answers: { 200: NewApiKey },
    },
    async ({ body, caller, ...asked }) => {
      const wanted = {
        name: body?.name ?? '',
        description: body?.description ?? '',
        family: body?.config_type ?? null,
      };
      const { row, secret } = await keys.create(asked, wanted);
      return { ...view(row, caller.number), key: secret };
    },
  );

  rest.route(
    { ...common, method: 'GET', path, summary: 'One’s keys', answers: { 200: z.array(ApiKey) } },
    async ({ caller, me }) => (await keys.list(me)).map((row) => view(row, caller.number)),
  );

  rest.route(
    {
      ...common,
      method: 'GET',
      path: `${path}/:id`,
      summary: 'One key, without its secret',
      params: ByNumber,
      answers: { 200: ApiKey },
    },
    async ({ caller, me, params }) => view(await keys.get(me, params.id), caller.number),
  );

  rest.route(
    {
      ...common,
      method: 'PATCH',
      path: `${path}/:id/status`,
      summary: 'Switch a key off, or on again',
      params: ByNumber,
      body: z.object({ is_active: z.boolean() }),
      answers: { 200: ApiKey },
    },
    async ({ body, caller, params, ...asked }) =>
      view(await keys.switch(asked, params.id, body.is_active), caller.number),
  );

  rest.route(
    {
      ...common,
      method: 'DELETE',
      path: `${path}/:id`,
      summary: 'Revoke a key for good',
      params: ByNumber,
      answers: { 200: Done },
    },
    async ({ params, ...asked }) => {
      await keys.remove(asked, params.id);
      return { message: 'The key was revoked.', success: true as const };
    },
  );
}

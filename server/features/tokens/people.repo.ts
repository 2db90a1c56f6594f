import type { Pool } from 'pg';
import { z } from 'zod';
import { permissionsOf } from '#shared/permissions.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import { named } from '../../infra/postgres/pool.ts';

/** A person as every request of theirs needs them. */
export type Known = {
  me: Me;
  /** For contracts whose ids are whole numbers. */
  number: number;
  state: 'active' | 'silenced' | 'disabled' | 'pending';
};

const Row = z.object({
  id: z.string(),
  number: z.number(),
  username: z.string(),
  display_name: z.string(),
  role: z.string(),
  state: z.enum(['active', 'silenced', 'disabled', 'pending']),
  built_in: z.boolean(),
  permissions: z.array(z.string()),
});

const find = named(
  'people_find',
  `SELECT u.id, u.number, u.username, u.display_name, u.role, u.state::text AS state,
          r.built_in, r.permissions
     FROM users u JOIN roles r ON r.id = u.role
    WHERE u.id = ANY($1::uuid[])`,
);

/** Who people are and what they may do, for requests that carry no session. */
export function createPeopleRepo(pool: Pick<Pool, 'query'>) {
  return {
    /** Those of them that exist, by id. */
    async find(ids: readonly string[]): Promise<Map<string, Known>> {
      const { rows } = await pool.query(find([ids]));
      return new Map(
        z
          .array(Row)
          .parse(rows)
          .map((row) => [row.id, toKnown(row)]),
      );
    },
  };
}
export type PeopleRepo = ReturnType<typeof createPeopleRepo>;

function toKnown(row: z.infer<typeof Row>): Known {
  const { id, username, display_name: displayName, role } = row;
  const permissions = permissionsOf({
    id: role,
    builtIn: row.built_in,
    permissions: row.permissions,
  });
  return {
    me: { id, username, displayName, role, permissions },
    number: row.number,
    state: row.state,
  };
}

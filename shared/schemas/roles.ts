import { z } from 'zod';
import { PERMISSIONS } from '../permissions.ts';
import { Role } from './common.ts';

export const RoleView = z.object({
  id: Role,
  /** As an admin called it; built-in ones are called so in the reader's language. */
  name: z.string(),
  description: z.string(),
  builtIn: z.boolean(),
  /** In the order of the table. */
  permissions: z.array(z.enum(PERMISSIONS)).readonly(),
  /** How many people hold it. */
  people: z.int(),
});
export type RoleView = z.infer<typeof RoleView>;

const Permissions = z
  .array(z.enum(PERMISSIONS))
  .max(PERMISSIONS.length)
  .transform((codes) => PERMISSIONS.filter((code) => codes.includes(code)));

const Facts = {
  name: z.string().trim().min(1).max(60),
  description: z.string().trim().max(300).default(''),
  permissions: Permissions,
};

export const RoleCreate = z.object({ id: Role, ...Facts });
export type RoleCreate = z.infer<typeof RoleCreate>;

export const RoleUpdate = z.object({ id: Role, ...Facts });
export type RoleUpdate = z.infer<typeof RoleUpdate>;

export const ByRole = z.object({ id: Role });

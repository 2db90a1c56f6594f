import { z } from 'zod';
import { NewPassword, Username } from './common.ts';

export const SetupStatus = z.object({ needed: z.boolean() });
export type SetupStatus = z.infer<typeof SetupStatus>;

export const SetupInput = z.object({
  /** The one-time token of the link printed to the terminal. */
  token: z.string().min(1).max(200),
  username: Username,
  password: NewPassword,
});
export type SetupInput = z.infer<typeof SetupInput>;

import { z } from 'zod';
import {
  Id,
  NewPassword,
  PageInput,
  Role,
  Rpm,
  Timestamp,
  TokensPerDay,
  Username,
} from './common.ts';

export const UserState = z.enum(['active', 'silenced', 'disabled', 'pending']);

export const UserView = z.object({
  id: Id,
  username: z.string(),
  displayName: z.string(),
  role: Role,
  state: UserState,
  /** False until an invited person chose a password. */
  hasPassword: z.boolean(),
  /** Whether an authenticator app is asked for at sign-in. */
  secondFactor: z.boolean(),
  passkeys: z.int(),
  rpm: z.int().nullable(),
  tokensPerDay: z.int().nullable(),
  /** Limits besides these two. */
  moreLimits: z.int(),
  keys: z.int(),
  accounts: z.int(),
  lastSeenAt: Timestamp.nullable(),
  createdAt: Timestamp,
});
export type UserView = z.infer<typeof UserView>;

/** Creates a user with a password, or, without one, a user with an invite link. */
export const UserCreate = z.object({
  username: Username,
  displayName: z.string().trim().max(80).default(''),
  role: Role.default('member'),
  password: NewPassword.optional(),
});
export type UserCreate = z.infer<typeof UserCreate>;

export const UserUpdate = z.object({
  id: Id,
  displayName: z.string().trim().max(80).optional(),
  role: Role.optional(),
  state: UserState.optional(),
  rpm: Rpm.nullable().optional(),
  tokensPerDay: TokensPerDay.nullable().optional(),
});
export type UserUpdate = z.infer<typeof UserUpdate>;

/** `username` is typed by whoever deletes, so that nobody takes away the wrong person. */
export const UserDelete = z.object({ id: Id, username: z.string().trim().max(80).optional() });
export type UserDelete = z.infer<typeof UserDelete>;

/** `path` is relative to the console's origin; the token in it is shown this once. */
export const InviteLink = z.object({ path: z.string(), expiresAt: Timestamp });
export type InviteLink = z.infer<typeof InviteLink>;

export const UserCreated = z.object({ user: UserView, invite: InviteLink.nullable() });
export type UserCreated = z.infer<typeof UserCreated>;

export const InviteToken = z.object({ token: z.string().min(1).max(200) });
export type InviteToken = z.infer<typeof InviteToken>;

export const InviteInfo = z.object({ username: z.string(), expiresAt: Timestamp });
export type InviteInfo = z.infer<typeof InviteInfo>;

export const InviteAccept = InviteToken.extend({ password: NewPassword });
export type InviteAccept = z.infer<typeof InviteAccept>;

/** Which of the people here: those with this in their name, or those with these ids. */
export const PeopleInput = PageInput.extend({
  search: z.string().trim().max(80).default(''),
  ids: z.array(Id).max(100, 'at most 100 at once').optional(),
});
export type PeopleInput = z.infer<typeof PeopleInput>;

/** Somebody one may lend to: nothing but what to call them. */
export const Person = z.object({ id: Id, name: z.string() });
export type Person = z.infer<typeof Person>;

export const People = z.object({ rows: z.array(Person), nextCursor: z.string().nullable() });
export type People = z.infer<typeof People>;

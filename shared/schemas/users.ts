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
import { TrustLevel } from './quotas.ts';

export const UserState = z.enum(['active', 'silenced', 'disabled', 'pending']);
export type UserState = z.infer<typeof UserState>;
/** What somebody can be made: nobody is sent back to wait for approval. */
export const UserStateWish = UserState.exclude(['pending']);

export const UserView = z.object({
  id: Id,
  username: z.string(),
  displayName: z.string(),
  /** Null = none is known. */
  email: z.string().nullable(),
  /** Whether somebody who reads that mailbox said so. */
  emailVerified: z.boolean(),
  role: Role,
  state: UserState,
  trustLevel: TrustLevel,
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
  state: UserStateWish.optional(),
  trustLevel: TrustLevel.optional(),
  rpm: Rpm.nullable().optional(),
  tokensPerDay: TokensPerDay.nullable().optional(),
});
export type UserUpdate = z.infer<typeof UserUpdate>;

/** What somebody says of themselves. */
export const ProfileUpdate = UserUpdate.pick({ displayName: true }).required();
export type ProfileUpdate = z.infer<typeof ProfileUpdate>;

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

/** Which people a list is about; what is left out narrows nothing. */
export const UserFilter = z.object({
  /** Words that all occur in user name, display name or e-mail address, in any case. */
  search: z.string().trim().max(120).optional(),
  state: UserState.optional(),
  role: Role.optional(),
  trustLevel: z.coerce.number().pipe(TrustLevel).optional(),
  /** An authenticator app or a passkey. */
  secondFactor: z.enum(['yes', 'no']).optional(),
  /** Not since then, or never. */
  notSeenSince: Timestamp.optional(),
});
export type UserFilter = z.infer<typeof UserFilter>;

export const UserSort = z.enum(['name', 'seen', 'created', 'trustLevel']);
export type UserSort = z.infer<typeof UserSort>;

export const UsersListInput = PageInput.extend({
  filter: UserFilter.default({}),
  sort: UserSort.default('name'),
  descending: z.boolean().default(false),
});
export type UsersListInput = z.infer<typeof UsersListInput>;

export const UsersPage = z.object({
  rows: z.array(UserView),
  nextCursor: z.string().nullable(),
  /** How many of each state fit the other filters. */
  counts: z.record(UserState, z.int()),
});
export type UsersPage = z.infer<typeof UsersPage>;

/** The query of /users/export. */
export const UsersExportQuery = UserFilter.extend({
  format: z.enum(['csv', 'ndjson']).default('csv'),
});
export type UsersExportQuery = z.infer<typeof UsersExportQuery>;

/** For fields in which a person is chosen: those that fit, or those with these ids. */
export const UserNamesInput = z.object({
  search: z.string().trim().max(120).default(''),
  ids: z.array(Id).max(100, 'at most 100 at once').optional(),
});
export type UserNamesInput = z.infer<typeof UserNamesInput>;
export const UserName = z.object({ id: Id, username: z.string(), displayName: z.string() });
export type UserName = z.infer<typeof UserName>;

/** Where somebody is signed in: a browser, or a program that signed in by itself. */
export const UserDevice = z.object({
  id: z.string(),
  kind: z.enum(['browser', 'program']),
  userAgent: z.string(),
  address: z.string(),
  createdAt: Timestamp,
  lastSeenAt: Timestamp,
});
export type UserDevice = z.infer<typeof UserDevice>;

/** One of somebody's devices, or, without `deviceId`, all. */
export const EndDevices = z.object({ id: Id, deviceId: z.string().min(1).max(64).optional() });
export type EndDevices = z.infer<typeof EndDevices>;

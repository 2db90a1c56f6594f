import { z } from 'zod';
import { PERMISSIONS } from '../permissions.ts';
import { Id, NewPassword, Role, Timestamp } from './common.ts';
import { SecondFactorMethod } from './factors.ts';

export const SignInInput = z.object({
  username: z.string().trim().toLowerCase().min(1).max(64),
  password: z.string().min(1).max(200),
});
export type SignInInput = z.infer<typeof SignInInput>;

/** The signed-in person, as the console needs them. */
export const Me = z.object({
  id: Id,
  username: z.string(),
  displayName: z.string(),
  role: Role,
  /** What their role allows besides managing what is their own. */
  permissions: z.array(z.enum(PERMISSIONS)).readonly(),
});
export type Me = z.infer<typeof Me>;

/** What a sign-in by password comes to: the person, or that a second factor is asked for. */
export const SignInAnswer = z.union([
  Me,
  z.object({
    next: z.literal('second-factor'),
    /** Good once, for five minutes. */
    ticket: z.string(),
    methods: z.array(SecondFactorMethod),
  }),
]);
export type SignInAnswer = z.infer<typeof SignInAnswer>;
/** Somebody who knows the password and has to prove it a second time. */
export type Halfway = Extract<SignInAnswer, { next: string }>;

/** What a person wants of the gateway. */
export const Preferences = z.object({
  /** Whether accounts lent to everyone are asked before the person's own. */
  preferShared: z.boolean(),
});
export type Preferences = z.infer<typeof Preferences>;

export const PasswordChange = z.object({
  current: z.string().min(1).max(200),
  next: NewPassword,
});
export type PasswordChange = z.infer<typeof PasswordChange>;

export const SessionView = z.object({
  id: z.string(),
  current: z.boolean(),
  userAgent: z.string(),
  address: z.string(),
  createdAt: Timestamp,
  lastSeenAt: Timestamp,
  expiresAt: Timestamp,
});
export type SessionView = z.infer<typeof SessionView>;

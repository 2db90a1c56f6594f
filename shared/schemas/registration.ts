import { z } from 'zod';
import { Id, NewPassword, Role, Timestamp, Username } from './common.ts';
import type { Halfway, Me } from './sessions.ts';

/** An address mail is sent to, in lower case. */
export const Email = z
  .string()
  .trim()
  .toLowerCase()
  .max(254)
  .pipe(z.email('an e-mail address, like ada@example.com'));

/** The part of an address after its `@`. */
export const MailDomain = z
  .string()
  .trim()
  .toLowerCase()
  .max(253)
  .regex(/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$/, 'a domain, like example.com');

export const RegistrationMode = z.enum(['closed', 'approval', 'open']);
export type RegistrationMode = z.infer<typeof RegistrationMode>;

/** Not asked for; asked for; asked for, and nobody comes in before they confirmed it. */
export const EmailWish = z.enum(['none', 'asked', 'confirmed']);
export type EmailWish = z.infer<typeof EmailWish>;

/** Who may make an account of their own. */
export const RegistrationSettings = z
  .object({
    mode: RegistrationMode.default('closed'),
    email: EmailWish.default('none'),
    /** Only addresses at these; empty = at any. */
    domains: z.array(MailDomain).max(100, 'at most 100').default([]),
    /** What people become who come in this way. */
    role: Role.default('member'),
  })
  .refine(({ domains, email }) => domains.length === 0 || email === 'confirmed', {
    path: ['email'],
    message: 'must be confirmed where only some domains may come in',
  });
export type RegistrationSettings = z.infer<typeof RegistrationSettings>;

/** What the pages for strangers need to know. */
export const RegistrationLook = z.object({
  mode: RegistrationMode,
  email: EmailWish,
  domains: z.array(z.string()),
  /** Whether a forgotten password can be replaced by mail. */
  mail: z.boolean(),
});
export type RegistrationLook = z.infer<typeof RegistrationLook>;

export const Registration = z.object({
  username: Username,
  displayName: z.string().trim().max(80).default(''),
  email: Email.optional(),
  password: NewPassword,
});
export type Registration = z.infer<typeof Registration>;

/** In at once; in after a second step; after an admin's word; after the mail's link was opened. */
export type Registered = Me | Halfway | { next: 'approval' | 'confirm' };

/** Somebody who registered and waits for an admin. */
export const WaitingPerson = z.object({
  id: Id,
  username: z.string(),
  displayName: z.string(),
  email: z.string().nullable(),
  emailConfirmed: z.boolean(),
  role: Role,
  createdAt: Timestamp,
});
export type WaitingPerson = z.infer<typeof WaitingPerson>;

/** As many as may wait at a time. */
export const MOST_WAITING = 500;
export const WaitingIds = z.object({ ids: z.array(Id).min(1).max(MOST_WAITING) });
export type WaitingIds = z.infer<typeof WaitingIds>;

/** User name or e-mail address of whoever forgot their password, or got no mail when they registered. */
export const Forgotten = z.object({ who: z.string().trim().toLowerCase().min(1).max(254) });
export type Forgotten = z.infer<typeof Forgotten>;

export const EmailToken = z.object({ token: z.string().min(1).max(200) });
export type EmailToken = z.infer<typeof EmailToken>;
/** What opening the link came to: also let in; or an admin decides now. */
export const EmailConfirmed = z.object({ outcome: z.enum(['confirmed', 'active', 'waiting']) });
export type EmailConfirmed = z.infer<typeof EmailConfirmed>;

export const EmailChange = z.object({ email: Email });
export type EmailChange = z.infer<typeof EmailChange>;

export const MyEmail = z.object({
  email: z.string().nullable(),
  confirmed: z.boolean(),
  /** An address whose link was sent and not opened yet. */
  asked: z.string().nullable(),
  /** Whether this server can send mail at all. */
  mail: z.boolean(),
});
export type MyEmail = z.infer<typeof MyEmail>;

/** Why a mail was not sent, without the words of the mail server. */
export const MailTrouble = z.enum([
  'unreachable',
  'too_slow',
  'sign_in_refused',
  'recipient_refused',
  'not_secure',
  'refused',
  'queue_full',
  'no_public_url',
]);
export type MailTrouble = z.infer<typeof MailTrouble>;

export const MailState = z.object({
  /** Whether SMTP_URL is set. */
  configured: z.boolean(),
  /** Whether links in mails have an address to lead to. */
  hasPublicUrl: z.boolean(),
  from: z.string().nullable(),
  sent: z.int(),
  waiting: z.int(),
  /** The latest first. */
  failures: z.array(
    z.object({ at: Timestamp, to: z.string(), subject: z.string(), why: MailTrouble }),
  ),
});
export type MailState = z.infer<typeof MailState>;

export const MailTest = z.object({ to: Email });
export type MailTest = z.infer<typeof MailTest>;

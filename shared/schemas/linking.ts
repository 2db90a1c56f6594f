import { z } from 'zod';
import { AccountName } from './accounts.ts';
import { Id, Timestamp } from './common.ts';
import { PlatformId } from './platforms.ts';

/** A client of a platform as whoever wants to sign in by it sees it. */
export const LinkClient = z.object({
  id: Id,
  name: z.string(),
  platformId: z.string(),
  platformName: z.string(),
  /** Whether a browser can go there, and whether it comes back to us by itself. */
  code: z.boolean(),
  ownPage: z.boolean(),
  /** Whether a code can be typed in there on another device. */
  device: z.boolean(),
});
export type LinkClient = z.infer<typeof LinkClient>;

/** All, those of a platform, or those by which an account can be signed in again. */
export const LinkClientsInput = z
  .object({ platformId: PlatformId.optional(), accountId: Id.optional() })
  .default({});
export type LinkClientsInput = z.infer<typeof LinkClientsInput>;

const Wish = z.object({
  clientId: Id,
  /** Whose account it becomes; one's own unless given. */
  ownerId: Id.optional(),
  /** The account that gets new tokens; a new one unless given. */
  accountId: Id.optional(),
  /** What a new account is called; its e-mail address unless given. */
  name: AccountName.optional(),
});

export const LinkBegin = Wish.extend({ way: z.enum(['code', 'device']) });
export type LinkBegin = z.infer<typeof LinkBegin>;

/** White space inside would come of a bad copy. */
export const RefreshTokenText = z
  .string()
  .trim()
  .min(1)
  .max(16_000)
  .regex(/^[\x21-\x7e]+$/, 'a token has no spaces and only plain characters');

export const LinkByToken = Wish.extend({ refreshToken: RefreshTokenText });
export type LinkByToken = z.infer<typeof LinkByToken>;

/** Handle of a sign-in that was begun; only whoever began it has it. */
const Attempt = z.string().regex(/^[0-9a-f]{64}$/);
export const ByAttempt = z.object({ attempt: Attempt });
export type ByAttempt = z.infer<typeof ByAttempt>;

export const LinkBegun = z.discriminatedUnion('way', [
  z.object({
    way: z.literal('code'),
    attempt: Attempt,
    /** Where the browser signs in. */
    address: z.string(),
    ownPage: z.boolean(),
    expiresAt: Timestamp,
  }),
  z.object({
    way: z.literal('device'),
    attempt: Attempt,
    userCode: z.string(),
    verificationUri: z.string(),
    /** The same with the code in it, where the platform has one. */
    completeUri: z.string().nullable(),
    expiresAt: Timestamp,
  }),
]);
export type LinkBegun = z.infer<typeof LinkBegun>;

/** The address a browser was sent back to, whole; `attempt` = which sign-in it is pasted for. */
export const LinkFinish = z.object({
  address: z.string().trim().min(1).max(8_000),
  attempt: Attempt.optional(),
});
export type LinkFinish = z.infer<typeof LinkFinish>;

/** Why a sign-in came to nothing. Each has words and a next step in the console. */
export const LINK_PROBLEMS = [
  /** What was pasted is no address. */
  'no_address',
  'no_state',
  'no_code',
  /** It belongs to no sign-in of this person and browser. */
  'unknown',
  /** It belongs to another sign-in than the one it was pasted for. */
  'other_attempt',
  'used',
  'expired',
  /** The person said no, or the platform did: its words are the detail. */
  'denied',
  /** The platform did not take the code or token. */
  'refused',
  /** The client is set up wrongly. */
  'client',
  /** The platform did not answer, or not as it should. */
  'unreachable',
  'no_refresh_token',
  /** It is another account than the one to be signed in again. */
  'other_account',
  /** The token, or the account, is here already. */
  'taken',
  /** The account, its owner or the platform is gone. */
  'gone',
  'cancelled',
] as const;
export const LinkProblem = z.enum(LINK_PROBLEMS);
export type LinkProblem = z.infer<typeof LinkProblem>;

export const LinkStatus = z.discriminatedUnion('state', [
  z.object({ state: z.literal('waiting'), expiresAt: Timestamp }),
  /** There is such an account already: shall it get the new tokens? */
  z.object({
    state: z.literal('asking'),
    attempt: Attempt,
    account: z.object({ id: Id, name: z.string(), email: z.string().nullable() }),
  }),
  z.object({
    state: z.literal('done'),
    account: z.object({ id: Id, name: z.string(), email: z.string().nullable() }),
  }),
  z.object({
    state: z.literal('failed'),
    problem: LinkProblem,
    /** What the platform said, or ''. */
    detail: z.string(),
  }),
]);
export type LinkStatus = z.infer<typeof LinkStatus>;

/** Sign-ins that wait for a person, for whoever closed the page meanwhile. */
export const LinkOpen = z.object({
  platformName: z.string(),
  clientId: Id,
  begun: LinkBegun.nullable(),
  status: LinkStatus,
});
export type LinkOpen = z.infer<typeof LinkOpen>;

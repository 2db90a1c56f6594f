import { z } from 'zod';
import { Id, Role, Username } from './common.ts';
import { TrustLevel } from './quotas.ts';
import { Email } from './registration.ts';
import { InviteLink, UserStateWish } from './users.ts';

/** What is done to many people at once. */
export const BulkChange = z.discriminatedUnion('what', [
  z.object({ what: z.literal('state'), state: UserStateWish }),
  z.object({ what: z.literal('trustLevel'), trustLevel: TrustLevel }),
  z.object({ what: z.literal('role'), role: Role }),
  z.object({ what: z.literal('endSessions') }),
]);
export type BulkChange = z.infer<typeof BulkChange>;

export const UsersBulk = z.object({
  ids: z.array(Id).min(1).max(500, 'at most 500 at once'),
  change: BulkChange,
});
export type UsersBulk = z.infer<typeof UsersBulk>;

/** Why one of many is refused; the console has the words. */
export const Refusal = z.enum([
  'nameTaken',
  'emailTaken',
  'noRole',
  /** The role allows what the caller may not. */
  'roleBeyond',
  /** The person may do what the caller may not. */
  'beyond',
  'lastAdmin',
  'self',
  'gone',
  /** The caller may not do this at all, any more. */
  'notAllowed',
]);
export type Refusal = z.infer<typeof Refusal>;

/** What became of each, or would: `same` = it was so already. */
export const BulkResult = z.object({
  rows: z.array(
    z.object({
      id: Id,
      /** Empty for somebody who is not there any more. */
      username: z.string(),
      outcome: z.enum(['changed', 'same', 'refused']),
      /** Null unless it was refused. */
      reason: Refusal.nullable(),
    }),
  ),
});
export type BulkResult = z.infer<typeof BulkResult>;

/** One person of an import; they choose their own password. */
export const ImportRow = z.object({
  username: Username,
  displayName: z.string().trim().max(80).default(''),
  email: Email.optional(),
  role: Role.default('member'),
  trustLevel: TrustLevel.default(0),
  state: UserStateWish.default('active'),
});
export type ImportRow = z.infer<typeof ImportRow>;

/** A file of people, and how much of it can be brought in. */
export const ImportFile = z.object({ csv: z.string().max(900_000, 'at most 900 kB') });
export type ImportFile = z.infer<typeof ImportFile>;

/** What may be wrong with a line of a file, or with the file. `n` is said with some of them. */
export const ImportProblemCode = z.enum([
  ...Refusal.extract(['nameTaken', 'emailTaken', 'noRole', 'roleBeyond']).options,
  'needed',
  /** Of characters: at least, or at most `n`. */
  'tooShort',
  'tooLong',
  'username',
  'email',
  'trustLevel',
  'state',
  /** Line `n` says the same. */
  'repeated',
  'noCsv',
  /** The first line does not name the column `username`. */
  'noUsernames',
  'columnTwice',
  /** More than `n` people. */
  'tooMany',
]);
export type ImportProblemCode = z.infer<typeof ImportProblemCode>;

export const ImportProblem = z.object({
  /** Of the file, the head being the first. */
  line: z.int(),
  /** As the head of the file calls it; empty = the whole line. */
  column: z.string(),
  code: ImportProblemCode,
  n: z.number().optional(),
});
export type ImportProblem = z.infer<typeof ImportProblem>;

export const ImportPreview = z.object({
  /** What can be brought in, each with its line. */
  people: z.array(z.object({ line: z.int(), row: ImportRow })),
  problems: z.array(ImportProblem),
  /** How many lines have problems. */
  refused: z.int(),
  /** Columns that mean nothing here. */
  ignored: z.array(z.string()),
});
export type ImportPreview = z.infer<typeof ImportPreview>;

/** A part of an import. */
export const ImportRows = z.object({ rows: z.array(ImportRow).min(1).max(50) });
export type ImportRows = z.infer<typeof ImportRows>;

export const ImportResult = z.object({
  rows: z.array(
    z.object({
      username: z.string(),
      /** Null = they were not brought in. */
      id: Id.nullable(),
      /** Null for whoever may not sign in. */
      invite: InviteLink.nullable(),
      /** Null when they were brought in. */
      reason: Refusal.nullable(),
    }),
  ),
});
export type ImportResult = z.infer<typeof ImportResult>;

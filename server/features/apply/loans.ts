import type { Loan } from '#shared/schemas/accounts.ts';
import type { ApplyLoan } from '#shared/schemas/apply.ts';

/** The terms of a loan as the planner compares them; people are user ids. */
export type LoanColumns = {
  loanUsers: string[];
  loanModels: string[];
  loanHours: Loan['hours'];
  loanTokensPerDay: number | null;
};

export const NO_LOAN_COLUMNS: LoanColumns = {
  loanUsers: [],
  loanModels: [],
  loanHours: null,
  loanTokensPerDay: null,
};

/** How the file calls the terms. */
export const LOAN_LABELS = {
  loanUsers: 'loan.users',
  loanModels: 'loan.models',
  loanHours: 'loan.hours',
  loanTokensPerDay: 'loan.tokensPerDay',
} as const;

/** The terms that an entry names; undefined = it says nothing of one. `idOf` finds a user or throws. */
export function loanIn(
  { hours, models, tokensPerDay, users }: ApplyLoan,
  found: LoanColumns | undefined,
  idOf: (username: string, field: string) => string,
) {
  const ids = users?.map((username, at) => idOf(username, `loan.users[${at}]`));
  return {
    loanUsers: ids && asStored(ids, found?.loanUsers),
    loanModels: models && asStored(models, found?.loanModels),
    loanHours: hours && { from: minuteOf(hours.from), to: minuteOf(hours.to) },
    loanTokensPerDay: tokensPerDay,
  };
}

/** Each one once; order means nothing, so the same ones are no change. */
function asStored(wanted: readonly string[], stored: string[] | undefined): string[] {
  const unique = new Set(wanted);
  const same = stored?.length === unique.size && stored.every((one) => unique.has(one));
  return same ? stored : [...unique];
}

/** 09:30 as minutes from 00:00. */
function minuteOf(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return hours * 60 + minutes;
}

type LoanRow = {
  loanUsers: string[];
  loanModels: string[];
  loanFrom: number | null;
  loanTo: number | null;
  loanTokensPerDay: bigint | null;
};

/** The terms of a row. */
export function loanOfRow(row: LoanRow): LoanColumns {
  const { loanFrom: from, loanTo: to, loanModels, loanTokensPerDay, loanUsers } = row;
  return {
    ...{ loanUsers, loanModels },
    loanHours: from === null || to === null ? null : { from, to },
    loanTokensPerDay: loanTokensPerDay === null ? null : Number(loanTokensPerDay),
  };
}

/** The columns of the row, of those terms that are given. */
export function toLoanRow<Columns extends Partial<LoanColumns>>(columns: Columns) {
  const { loanHours, loanTokensPerDay, ...rest } = columns;
  return {
    ...rest,
    ...(loanHours !== undefined && {
      loanFrom: loanHours?.from ?? null,
      loanTo: loanHours?.to ?? null,
    }),
    ...(loanTokensPerDay !== undefined && {
      loanTokensPerDay: loanTokensPerDay === null ? null : BigInt(loanTokensPerDay),
    }),
  };
}

/** A line of the account's history: who lends is to see what a file made of the loan. */
export type LoanEvent = { kind: 'lent' | 'terms' | 'withdrawn'; loan: Loan | null };

type Lent = LoanColumns & { shared: boolean };

/** What the history tells of a change; null when the loan is as it was, or there is none. */
export function loanEventOf(was: Lent | null, given: Partial<Lent>): LoanEvent | null {
  const will = { ...(was ?? { shared: false, ...NO_LOAN_COLUMNS }), ...given };
  const lent = was?.shared ?? false;
  if (!will.shared) return lent ? { kind: 'withdrawn', loan: null } : null;
  const changed = Object.keys(LOAN_LABELS).some((name) => name in given);
  if (lent && !changed) return null;
  const { loanHours: hours, loanModels: models, loanTokensPerDay: tokensPerDay } = will;
  const loan = { users: will.loanUsers, models, hours, tokensPerDay };
  return { kind: lent ? 'terms' : 'lent', loan };
}

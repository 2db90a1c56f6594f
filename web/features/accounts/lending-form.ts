import {
  AccountUpdate,
  type AccountView,
  type Loan,
  NO_LOAN,
  type PolicyClass,
} from '#shared/schemas/accounts.ts';
import { checkWith } from '../../lib/check-with.ts';
import { clockOf, minutesOf } from './loan-words.ts';

export type LendingValues = {
  policyClass: PolicyClass;
  shared: boolean;
  users: string[];
  models: string[];
  /** Whether it is lent at some hours only. */
  timed: boolean;
  /** A clock, HH:MM. */
  from: string;
  to: string;
  tokensPerDay: number | null;
  modelsOff: string[];
  maxConcurrency: number | null;
};

/** What an account's settings show at first. */
export function lendingValues(account: AccountView): LendingValues {
  const { users, models, hours, tokensPerDay } = account.loan ?? NO_LOAN;
  return {
    policyClass: account.policyClass,
    shared: account.shared,
    users: [...users],
    models: [...models],
    timed: hours !== null,
    from: clockOf(hours?.from ?? 540),
    to: clockOf(hours?.to ?? 1_080),
    tokensPerDay,
    modelsOff: [...account.modelsOff],
    maxConcurrency: account.most,
  };
}

function toLoan(values: LendingValues): Loan {
  const { users, models, timed, from, to, tokensPerDay } = values;
  const [begin, end] = [minutesOf(from), minutesOf(to)];
  const hours = timed && begin !== null && end !== null ? { from: begin, to: end } : null;
  return { users, models, hours, tokensPerDay };
}

/**
 * The settings as `accounts.update` takes them. Terms travel only when they changed, for the history
 * tells of them; so do models that are off, which programs switch as well.
 */
export function toSettings(account: AccountView, values: LendingValues): AccountUpdate {
  const loan = toLoan(values);
  const { modelsOff } = values;
  const switched = [...modelsOff].sort().join('\n') !== account.modelsOff.join('\n');
  const changed = JSON.stringify(loan) !== JSON.stringify(toLoan(lendingValues(account)));
  return {
    id: account.id,
    policyClass: values.policyClass,
    shared: values.shared,
    maxConcurrency: values.maxConcurrency,
    ...(changed && { loan }),
    ...(switched && { modelsOff }),
  };
}

/** What is wrong with the settings, by field. */
export function checkSettings(
  account: AccountView,
  values: LendingValues,
  texts: { same: string; wrong: string },
): Record<string, string> {
  const errors = checkWith(AccountUpdate)(toSettings(account, values));
  const [from, to] = [minutesOf(values.from), minutesOf(values.to)];
  if (!values.timed) return errors;
  if (from === null) errors['from'] = texts.wrong;
  if (to === null) errors['to'] = texts.wrong;
  else if (from === to) errors['to'] = texts.same;
  return errors;
}

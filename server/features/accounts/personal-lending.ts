import { AppError } from '#shared/errors.ts';
import type { PolicyClass } from '#shared/schemas/accounts.ts';

type Lending = { shared: boolean; policyClass: PolicyClass };

/** Whether others are to be served by an account whose terms speak of one person. */
export function lendsPersonal({ policyClass, shared }: Lending): boolean {
  return shared && policyClass === 'personal';
}

/**
 * The rule of personal accounts, for whoever lends one and by whatever way. Throws forbidden unless an
 * admin read the platform's terms and allowed it. A loan from before counts for nothing until then,
 * and it is no reason to refuse other changes. `was` is null for a new account.
 */
export function checkPersonalLending(
  was: Lending | null,
  will: Lending,
  platform: { name: string; allowed: boolean },
): void {
  if (!lendsPersonal(will) || platform.allowed || (was && lendsPersonal(was))) return;
  const message = `A personal account at ${platform.name} serves its owner only: its terms speak of one person. An admin can allow lending such accounts there, after reading them.`;
  throw new AppError('forbidden', message, { param: 'shared' });
}

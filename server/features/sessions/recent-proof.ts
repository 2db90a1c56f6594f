import { AppError } from '#shared/errors.ts';

/** How long one proof is good for what weighs more. */
export const PROOF_MS = 600_000;

/** What a request knows of its session: whether the person proved in the last ten minutes who they are. */
export type Proven = { proved: boolean };

/** @throws AppError step_up_needed unless the person signed in or proved it again just now. */
export function requireRecentProof({ proved }: Proven): void {
  if (proved) return;
  throw new AppError(
    'step_up_needed',
    'Prove once more that it is you: by password, code or passkey.',
  );
}

import { AppError, toAppError } from '#shared/errors.ts';

/**
 * What Prisma (P…), PostgreSQL's driver (E…) and PostgreSQL itself call "cannot be asked now":
 * unreachable, connection lost or none free, shutting down, starting up.
 */
const AWAY = new Set([
  ...['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028'],
  ...['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EPIPE', 'ENOTFOUND'],
  ...['53300', '57P01', '57P02', '57P03', '08000', '08003', '08006'],
]);

/** Turns anything a procedure threw into an AppError; a database that is away is told as such. */
export function explainError(thrown: unknown): AppError {
  if (thrown instanceof AppError || !isAway(thrown)) return toAppError(thrown);
  return new AppError(
    'storage_unavailable',
    'The database cannot be reached. Nothing was changed; try again in a moment.',
    { cause: thrown },
  );
}

function isAway(thrown: unknown, depth = 0): boolean {
  if (!(thrown instanceof Error) || depth > 4) return false;
  const code = 'code' in thrown ? thrown.code : undefined;
  return (typeof code === 'string' && AWAY.has(code)) || isAway(thrown.cause, depth + 1);
}

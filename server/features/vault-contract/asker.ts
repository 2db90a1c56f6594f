import { AppError } from '#shared/errors.ts';
import { can, type Permission } from '#shared/permissions.ts';
import type { Actor } from '../audit/index.ts';

/** Who asks by the contract: a person, or a program with a secret. */
export type Asker = Actor & {
  /** Set for programs; `id` null = the secret of the configuration. */
  secret: { id: string | null } | null;
  /** Whether tokens are told in clear. */
  showsTokens: boolean;
};

/** What lets a person use it; both concern everybody's accounts. */
const KEEPS: readonly Permission[] = ['vault.write', 'accounts.write'];

/** @throws AppError forbidden */
export function requireKeeper({ me, secret }: Pick<Asker, 'me' | 'secret'>): void {
  if (secret !== null || KEEPS.some((code) => can(me, code))) return;
  throw new AppError(
    'forbidden',
    'Your role does not let you keep refresh tokens. An admin can change that.',
  );
}

/** For proxies, clients and the schedule. @throws AppError forbidden */
export function requireVaultWrite({ me, secret }: Pick<Asker, 'me' | 'secret'>): void {
  if (secret !== null || can(me, 'vault.write')) return;
  throw new AppError('forbidden', 'Your role does not let you change proxies, clients or times.');
}

/** Programs are nobody in person. */
export function personOf({ me, secret }: Pick<Asker, 'me' | 'secret'>): string | null {
  return secret === null ? me.id : null;
}

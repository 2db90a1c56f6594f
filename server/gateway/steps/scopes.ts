import { AppError } from '#shared/errors.ts';
import type { KeyScope } from '#shared/schemas/keys.ts';
import type { OperationName, Principal } from '../ports.ts';

/** Which scope of a key each operation needs. */
export const SCOPE_OF: Readonly<Record<OperationName, KeyScope>> = {
  chat: 'chat',
  count: 'chat',
  embeddings: 'embeddings',
  images: 'images',
  speech: 'audio',
  transcription: 'audio',
  translation: 'audio',
  rerank: 'rerank',
};

/** Throws AppError scope_missing where the key is for other things. */
export function refuseScope({ scopes }: Principal, needed: KeyScope): void {
  if (scopes.length === 0 || scopes.includes(needed)) return;
  throw new AppError(
    'scope_missing',
    `This key lacks the scope "${needed}". Its owner can add it in the console.`,
  );
}

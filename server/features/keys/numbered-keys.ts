import { AppError } from '#shared/errors.ts';
import { KeyCreate, MOST_KEYS } from '#shared/schemas/keys.ts';
import type { Me } from '#shared/schemas/sessions.ts';
import type { Actor } from '../audit/index.ts';
import type { KeysService } from './keys.service.ts';
import type { NumberedKeyRow, NumberedKeysRepo } from './numbered-keys.repo.ts';

/** What keys are called that were made without a name. */
const UNNAMED = 'API key';

export type NewNumberedKey = { name: string; description: string; family: string | null };

export type NumberedKeysDeps = {
  repo: NumberedKeysRepo;
  keys: Pick<KeysService, 'create' | 'revoke' | 'switch'>;
};

/** A person's own keys for older clients, which know them by whole numbers; nobody sees another's. */
export function createNumberedKeys({ keys, repo }: NumberedKeysDeps) {
  async function own(me: Me, number: number): Promise<NumberedKeyRow> {
    const row = await repo.find(number);
    if (row?.ownerId === me.id) return row;
    throw noKey();
  }

  return {
    /** All of them, newest first: nobody may have more. */
    list: (me: Me): Promise<NumberedKeyRow[]> => repo.list(me.id, MOST_KEYS),

    /** @throws AppError not_found; forbidden for another's. */
    async get(me: Me, number: number): Promise<NumberedKeyRow> {
      const row = await repo.find(number);
      if (!row) throw noKey();
      if (row.ownerId === me.id) return row;
      throw new AppError('forbidden', 'This key belongs to somebody else.');
    },

    /** The secret is in this answer and nowhere else. @throws AppError forbidden outside the beta. */
    async create(
      actor: Actor,
      { description, family, name }: NewNumberedKey,
    ): Promise<{ row: NumberedKeyRow; secret: string }> {
      if (family === 'kiro' && !(await repo.inBeta(actor.me.id))) {
        throw new AppError('forbidden', 'Kiro is being tried out: join the beta first.');
      }
      const input = KeyCreate.parse({ name: name === '' ? UNNAMED : name, description });
      const { key, secret } = await keys.create(actor, input, { prefix: 'sk-', family });
      const row = await repo.byId(key.id);
      if (!row) throw noKey();
      return { row, secret };
    },

    /** @throws AppError not_found, for another's too. */
    async switch(actor: Actor, number: number, on: boolean): Promise<NumberedKeyRow> {
      const { id } = await own(actor.me, number);
      await keys.switch(actor, { ids: [id], on });
      return own(actor.me, number);
    },

    /** Ends it for good. @throws AppError not_found, for another's too. */
    async remove(actor: Actor, number: number): Promise<void> {
      const { id } = await own(actor.me, number);
      await keys.revoke(actor, id);
    },
  };
}
export type NumberedKeys = ReturnType<typeof createNumberedKeys>;

function noKey(): AppError {
  return new AppError('not_found', 'There is no such key.');
}

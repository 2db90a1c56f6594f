import { z } from 'zod';
import type { StoredResponse } from '../../gateway/ports.ts';
import type { Cipher } from '../../infra/cipher.ts';
import type { ResponseRow } from './responses.repo.ts';

export type ResponseCipher = Pick<Cipher, 'seal' | 'open'>;

const Input = z.array(z.looseObject({}));
const Answer = z.looseObject({});

/** What is kept of a response, before it is sealed. `bytes` is the size of all of it. */
export type Plain = {
  input: string | null;
  answer: string | null;
  itemIds: readonly string[];
  bytes: number;
};

/** Of one that a platform keeps nothing is kept here but what it is found by. */
export function plainOf({ answer, heldBy, input, itemIds }: StoredResponse): Plain {
  const kept = heldBy === null;
  const said = {
    input: kept ? JSON.stringify(input) : null,
    answer: kept && answer ? JSON.stringify(answer) : null,
    itemIds: kept ? [] : itemIds,
  };
  const texts = [said.input ?? '', said.answer ?? '', ...said.itemIds];
  return { ...said, bytes: texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0) };
}

/** A response as it is written to the table. */
export function sealResponse(
  cipher: ResponseCipher,
  response: StoredResponse,
  { answer, bytes, input, itemIds }: Plain,
): ResponseRow {
  const { userId, id, previousId, model, heldBy } = response;
  const seal = (column: Column, text: string | null) =>
    text === null ? null : cipher.seal(text, placeOf(response, column));
  return {
    userId,
    id,
    previousId,
    model,
    accountId: heldBy?.accountId ?? null,
    platformId: heldBy?.platformId ?? null,
    input: seal('input', input),
    answer: seal('answer', answer),
    bytes,
    itemIds,
    createdAt: new Date(response.createdAt),
  };
}

/** @throws AppError internal when what was sealed was altered, moved, or its key is gone. */
export function openResponse(cipher: ResponseCipher, row: ResponseRow): StoredResponse {
  const { accountId, platformId } = row;
  const open = (column: Column, sealed: string | null): unknown =>
    sealed === null ? null : JSON.parse(cipher.open(sealed, placeOf(row, column)));
  return {
    id: row.id,
    userId: row.userId,
    heldBy: accountId === null || platformId === null ? null : { accountId, platformId },
    model: row.model,
    previousId: row.previousId,
    input: Input.parse(open('input', row.input) ?? []),
    answer: Answer.nullable().parse(open('answer', row.answer)),
    itemIds: row.itemIds,
    createdAt: row.createdAt.getTime(),
  };
}

type Column = 'input' | 'answer';

function placeOf({ userId, id }: { userId: string; id: string }, column: Column) {
  return { table: 'stored_responses', column, id: `${userId}/${id}` };
}

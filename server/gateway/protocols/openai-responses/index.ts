import type { Protocol } from '../protocol.ts';
import { readError, responsesDialect } from './errors.ts';
import { readAnswer } from './read-answer.ts';
import { readRequest } from './read-request.ts';
import { streamReader } from './stream-reader.ts';
import { streamWriter } from './stream-writer.ts';
import { writeAnswer } from './write-answer.ts';
import { writeRequest } from './write-request.ts';

export { continued, inputItems, referencedItems } from './continued.ts';

/**
 * OpenAI's Responses.
 * Source: https://platform.openai.com/docs/api-reference/responses
 */
export const openaiResponses: Protocol = {
  id: 'openai-responses',
  readRequest,
  writeAnswer,
  streamWriter,
  path: () => '/responses',
  headers: () => ({}),
  writeRequest,
  readAnswer,
  streamReader,
  readError,
  ...responsesDialect,
};

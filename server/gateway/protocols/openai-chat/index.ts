import type { Protocol } from '../protocol.ts';
import { openaiDialect, readError } from './errors.ts';
import { readAnswer } from './read-answer.ts';
import { readRequest } from './read-request.ts';
import { streamReader } from './stream-reader.ts';
import { streamWriter } from './stream-writer.ts';
import { writeAnswer } from './write-answer.ts';
import { writeRequest } from './write-request.ts';

/**
 * OpenAI's chat completions, which most platforms speak.
 * Source: https://platform.openai.com/docs/api-reference/chat
 */
export const openaiChat: Protocol = {
  id: 'openai-chat',
  ...openaiDialect,
  readRequest,
  writeAnswer,
  streamWriter,
  path: () => '/chat/completions',
  headers: () => ({}),
  writeRequest,
  readAnswer,
  streamReader,
  readError,
};

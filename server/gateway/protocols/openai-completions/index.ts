import { openaiDialect } from '../openai-chat/errors.ts';
import type { Dialect, Protocol } from '../protocol.ts';
import { readRequest } from './read-request.ts';
import { streamWriter, writeAnswer } from './write-answer.ts';

/**
 * OpenAI's legacy completions: spoken by clients only, and always translated into a chat.
 * Source: https://platform.openai.com/docs/api-reference/completions
 */
export const openaiCompletions: Dialect & { id: null } & Pick<
    Protocol,
    'readRequest' | 'writeAnswer' | 'streamWriter'
  > = { id: null, ...openaiDialect, readRequest, writeAnswer, streamWriter };

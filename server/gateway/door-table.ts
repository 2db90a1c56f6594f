import type { Protocol as ProtocolId } from '#shared/schemas/platforms.ts';
import { OPERATION_DOORS } from './operations/index.ts';
import { anthropicCounting } from './protocols/anthropic-messages/count-tokens.ts';
import { chatDoor } from './protocols/chat-door.ts';
import { countDoor } from './protocols/count-door.ts';
import { geminiCounting } from './protocols/gemini/count-tokens.ts';
import { PROTOCOLS } from './protocols/index.ts';
import { openaiCompletions } from './protocols/openai-completions/index.ts';
import type { Door } from './request.ts';
import { responsesKeeping } from './responses-keeping.ts';

/** What is asked with POST below /v1, and in which protocol. */
export const V1_DOORS: Readonly<Record<string, Door>> = {
  '/chat/completions': chat('openai-chat'),
  '/completions': chatDoor('openai-completions', openaiCompletions, PROTOCOLS),
  '/responses': { ...chat('openai-responses'), keeping: responsesKeeping },
  '/messages': chat('anthropic-messages'),
  '/messages/count_tokens': countDoor(anthropicCounting),
  ...OPERATION_DOORS,
};

/** What stands behind the colon in `/v1beta/models/{model}:{action}`. */
export const GEMINI_ACTIONS: Readonly<Record<string, Door>> = {
  generateContent: chat('gemini'),
  streamGenerateContent: chat('gemini'),
  countTokens: countDoor(geminiCounting),
};

function chat(id: ProtocolId): Door {
  return chatDoor(id, PROTOCOLS[id], PROTOCOLS);
}

import { anthropicMessages } from './anthropic-messages/index.ts';
import type { Protocols } from './chat-door.ts';
import { gemini } from './gemini/index.ts';
import { openaiChat } from './openai-chat/index.ts';
import { openaiResponses } from './openai-responses/index.ts';

/** Every protocol a platform can speak. */
export const PROTOCOLS: Protocols = {
  'openai-chat': openaiChat,
  'openai-responses': openaiResponses,
  'anthropic-messages': anthropicMessages,
  gemini,
};

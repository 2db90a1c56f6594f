import { anthropicClient } from './anthropic-client.ts';
import { anthropicMessagesPlatform } from './anthropic-messages-platform.ts';
import { geminiClient } from './gemini-client.ts';
import { geminiPlatform } from './gemini-platform.ts';
import type { Client, FakePlatform } from './matrix.ts';
import { openaiChatPlatform } from './openai-chat-platform.ts';
import { openaiChatClient, openaiResponsesClient } from './openai-clients.ts';
import { openaiResponsesPlatform } from './openai-responses-platform.ts';

export const CLIENTS: readonly Client[] = [
  openaiChatClient,
  openaiResponsesClient,
  anthropicClient,
  geminiClient,
];

export const PLATFORMS: readonly FakePlatform[] = [
  openaiChatPlatform,
  openaiResponsesPlatform,
  anthropicMessagesPlatform,
  geminiPlatform,
];

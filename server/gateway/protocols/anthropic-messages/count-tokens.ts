import { CountRequest } from '#shared/wire/anthropic-messages.ts';
import { check, parseBody } from '../body.ts';
import type { Counting } from '../count-door.ts';
import type { Dialogue } from '../dialogue.ts';
import { once } from '../once.ts';
import type { ArrivedCall, Recipient } from '../protocol.ts';
import { anthropicDialect } from './errors.ts';
import { forward } from './forward.ts';
import { anthropicMessages } from './index.ts';
import { readDialogue } from './read-dialogue.ts';
import { promptTexts } from './read-request.ts';

/** A request to count the tokens of a prompt; members as in ChatRequest. */
export type TokenCountRequest = {
  model: string;
  promptTexts(): readonly string[];
  dialogue(): Dialogue;
  forward(to: Recipient): { body: Buffer; dropped: string[] };
};

/**
 * Reads `POST /v1/messages/count_tokens`: a chat request without a limit.
 * Source: https://platform.claude.com/docs/en/api/messages/count_tokens
 * @throws AppError bad_request naming the member at fault.
 */
export function readCountRequest(call: ArrivedCall): TokenCountRequest {
  const body = parseBody(call.body);
  const request = check(CountRequest, body.json);
  return {
    model: request.model,
    promptTexts: () => promptTexts(request),
    dialogue: once(() => readDialogue(request)),
    forward: (to) => forward(body, request, to),
  };
}

/** The answer to it. */
export function writeCount(inputTokens: number): object {
  return { input_tokens: inputTokens };
}

/** Counting as clients of this protocol ask for it. */
export const anthropicCounting: Counting = {
  ...anthropicDialect,
  protocol: anthropicMessages,
  readCountRequest,
  writeCount,
  countPath: () => '/messages/count_tokens',
};

import { CompletionRequest } from '#shared/wire/openai-completions.ts';
import { check, parseBody } from '../body.ts';
import { type Dialogue, EMPTY_DIALOGUE, NO_SAMPLING, text } from '../dialogue.ts';
import { SSE } from '../framing.ts';
import type { ArrivedCall, ChatRequest } from '../protocol.ts';

const KNOWN: ReadonlySet<string> = new Set(Object.keys(CompletionRequest.shape));

/**
 * A legacy completion, asked as a chat with one turn of the user's. Without `max_tokens` the answer
 * is as long as the platform likes, not the 16 tokens of old.
 * @throws AppError bad_request naming the member at fault.
 */
export function readRequest({ body }: Pick<ArrivedCall, 'body'>): ChatRequest {
  const request = check(CompletionRequest, parseBody(body).json);
  const prompt = typeof request.prompt === 'string' ? request.prompt : request.prompt.join('');
  const stream = request.stream === true;
  const limit = request.max_tokens ?? null;
  const dialogue = readDialogue(request, prompt);
  return {
    model: request.model,
    stream,
    framing: SSE,
    wantsUsage: !stream || request.stream_options?.include_usage === true,
    maxOutputTokens: limit === null ? null : limit * dialogue.answers,
    promptTexts: () => [prompt],
    // NOTE: a completion has no turns, and every prompt begins another way.
    conversation: () => null,
    dialogue: () => dialogue,
    forward() {
      throw new Error('A legacy completion is always translated: no platform speaks its protocol.');
    },
    accounts: [],
    storedIds: [],
    previousId: null,
    store: false,
    echo: {},
  };
}

function readDialogue(request: CompletionRequest, prompt: string): Dialogue {
  return {
    ...EMPTY_DIALOGUE,
    messages: [{ role: 'user', parts: [text(prompt)] }],
    sampling: {
      ...NO_SAMPLING,
      temperature: request.temperature ?? null,
      topP: request.top_p ?? null,
      seed: request.seed ?? null,
      frequencyPenalty: request.frequency_penalty ?? null,
      presencePenalty: request.presence_penalty ?? null,
      logprobs: request.logprobs ?? null,
      logitBias: request.logit_bias ?? null,
    },
    maxOutputTokens: request.max_tokens ?? null,
    stop: typeof request.stop === 'string' ? [request.stop] : (request.stop ?? []),
    answers: request.n ?? 1,
    stream: request.stream === true,
    endUser: request.user ?? null,
    unsaid: unsaidMembers(request),
  };
}

/** `echo`, `best_of` and whatever else: members set to what they are anyway are not worth a word. */
function unsaidMembers(request: CompletionRequest): string[] {
  return Object.entries(request).flatMap(([name, value]) =>
    KNOWN.has(name) || value === null || value === false || (name === 'best_of' && value === 1)
      ? []
      : [name],
  );
}

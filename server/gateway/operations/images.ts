import { ImagesRequest } from '#shared/wire/openai-operations.ts';
import type { TokenUsage } from '../ports.ts';
import { check, parseBody } from '../protocols/body.ts';
import type { Door, StreamPassage } from '../request.ts';
import { NO_TOKENS } from '../tokens.ts';
import { forwardDoor, jsonWriter } from './forwarded.ts';
import { readTokens } from './metering.ts';
import { eventsPassage, jsonPassage, type Metered } from './passages.ts';

/** An image of 4096 × 4096 in base64 stays below. */
const MOST_FRAME_BYTES = 32 * 1024 * 1024;

/**
 * Images: counted one by one, and by tokens where the platform reports them.
 * Source: https://platform.openai.com/docs/api-reference/images/create
 */
export const imagesDoor: Door = forwardDoor('openai-images', 'images', (call) => {
  const body = parseBody(call.body);
  const { model, n, prompt, stream } = check(ImagesRequest, body.json);
  return {
    model,
    stream: stream === true,
    maxOutputTokens: null,
    mostUnits: { unit: 'image', amount: n ?? 1 },
    promptTexts: () => [prompt],
    write: jsonWriter(body),
    passage: {
      ...jsonPassage(meter),
      stream: streamed,
      mayAnswerWhole: true,
      maxFrameBytes: MOST_FRAME_BYTES,
    },
  };
});

function meter({
  data,
  usage,
}: Record<string, unknown> & { data?: unknown; usage?: unknown }): Metered | null {
  if (!Array.isArray(data)) return null;
  return { usage: readTokens(usage) ?? NO_TOKENS, units: { unit: 'image', amount: data.length } };
}

/**
 * Each finished image has an event of its own, with what it took.
 * Source: https://platform.openai.com/docs/api-reference/images-streaming
 */
function streamed(): StreamPassage {
  let amount = 0;
  let usage: TokenUsage = NO_TOKENS;
  return eventsPassage((type, event) => {
    if (type !== 'image_generation.completed') return {};
    amount += 1;
    usage = sum(usage, readTokens(event['usage']) ?? NO_TOKENS);
    return { finishes: true, usage, units: { unit: 'image', amount } };
  });
}

function sum(one: TokenUsage, other: TokenUsage): TokenUsage {
  return {
    ...one,
    inputTokens: one.inputTokens + other.inputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
  };
}

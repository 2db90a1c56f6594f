import type { TokenUsage } from '../../ports.ts';
import { customNames } from '../custom-tools.ts';
import type { DialogueAnswer } from '../dialogue.ts';
import type { AnswerContext } from '../protocol.ts';
import { responseId } from './ids.ts';
import { groupsOf, outputItem } from './output-items.ts';

type Ending = {
  status: 'in_progress' | 'completed' | 'incomplete' | 'failed';
  incomplete?: 'max_output_tokens' | 'content_filter';
  error?: { code: string; message: string };
};

/**
 * A whole answer.
 * Source: https://platform.openai.com/docs/api-reference/responses/object
 */
export function writeAnswer(answer: DialogueAnswer, context: AnswerContext): object {
  const items = { requestId: context.requestId, customs: customNames(context.dialogue) };
  const output = groupsOf(answer.parts).map((group, index) => outputItem(group, index, items));
  return responseObject(context, endingOf(answer), { output, usage: answer.usage });
}

/** How an answer ended. Words that were withheld without a refusal to read are a filter's doing. */
export function endingOf({ finish, parts }: Pick<DialogueAnswer, 'finish' | 'parts'>): Ending {
  const refused = finish === 'refused' && !parts.some(({ kind }) => kind === 'refusal');
  if (finish === 'length') return { status: 'incomplete', incomplete: 'max_output_tokens' };
  return finish === 'filtered' || refused
    ? { status: 'incomplete', incomplete: 'content_filter' }
    : { status: 'completed' };
}

/** The response as a whole, with what the client asked for repeated in it. */
export function responseObject(
  { requestId, createdAt, model, echo }: AnswerContext,
  { status, incomplete, error }: Ending,
  { output, usage }: { output: object[]; usage: TokenUsage | null },
): object {
  return {
    id: responseId(requestId),
    object: 'response',
    created_at: createdAt,
    status,
    background: false,
    error: error ?? null,
    incomplete_details: incomplete ? { reason: incomplete } : null,
    instructions: null,
    max_output_tokens: null,
    max_tool_calls: null,
    model,
    output,
    parallel_tool_calls: true,
    previous_response_id: null,
    prompt_cache_key: null,
    safety_identifier: null,
    service_tier: 'default',
    store: true,
    temperature: null,
    tool_choice: 'auto',
    tools: [],
    top_logprobs: 0,
    top_p: null,
    truncation: 'disabled',
    user: null,
    metadata: {},
    ...echo,
    reasoning: { effort: null, summary: null, ...asObject(echo['reasoning']) },
    text: { format: { type: 'text' }, ...asObject(echo['text']) },
    usage: usage ? writeUsage(usage) : null,
  };
}

function writeUsage(usage: TokenUsage): object {
  return {
    input_tokens: usage.inputTokens,
    input_tokens_details: {
      cached_tokens: usage.cachedTokens,
      cache_write_tokens: usage.cacheWriteTokens,
    },
    output_tokens: usage.outputTokens,
    output_tokens_details: { reasoning_tokens: usage.reasoningTokens },
    total_tokens: usage.inputTokens + usage.outputTokens,
  };
}

function asObject(value: unknown): object {
  return typeof value === 'object' && value !== null ? value : {};
}

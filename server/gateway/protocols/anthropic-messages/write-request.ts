import { type Dialogue, NO_SAMPLING, type OutputFormat, type Sampling } from '../dialogue.ts';
import type { Recipient } from '../protocol.ts';
import { quirkChanges } from '../quirk-changes.ts';
import { writeMessages, writeSystem } from './write-messages.ts';
import { writeThinking } from './write-thinking.ts';
import { said, writeTools } from './write-tools.ts';

/** Most tokens of an answer when neither the client nor the platform's quirks say so. */
const DEFAULT_MAX_TOKENS = 8_192;

const JSON_ONLY = 'Answer with one valid JSON value and nothing else: no Markdown, no explanation.';

/**
 * The body of `POST /v1/messages` for a dialogue that was fitted to this protocol.
 * Source: https://platform.claude.com/docs/en/api/messages/create
 * @throws AppError bad_request for a document of a type that the API does not take.
 */
export function writeRequest(dialogue: Dialogue, { model, quirks }: Recipient) {
  const asked = dialogue.maxOutputTokens ?? quirks.outputTokens ?? DEFAULT_MAX_TOKENS;
  const { thinking, effort, maxTokens, on } = writeThinking(dialogue, quirks, asked);
  const system = writeSystem(dialogue.messages);
  if (dialogue.format?.type === 'json') system.push({ type: 'text', text: JSON_ONLY });
  const outputConfig = said({ effort, format: writeFormat(dialogue.format) });
  // NOTE: a sequence of white space only is refused.
  const stop = dialogue.stop.filter((words) => words.trim() !== '');
  const body: Record<string, unknown> = {
    model,
    max_tokens: maxTokens,
    ...(system.length > 0 ? { system } : {}),
    messages: writeMessages(dialogue),
    ...writeTools(dialogue),
    ...said({ thinking }),
    ...(Object.keys(outputConfig).length > 0 ? { output_config: outputConfig } : {}),
    ...writeSampling(dialogue.sampling, on),
    ...(stop.length > 0 ? { stop_sequences: stop } : {}),
    ...(dialogue.endUser === null ? {} : { metadata: { user_id: dialogue.endUser } }),
    ...(dialogue.stream ? { stream: true } : {}),
  };
  const { changes, dropped } = quirkChanges(body, quirks);
  const minded = Object.entries({ ...body, ...Object.fromEntries(changes) });
  return {
    body: Object.fromEntries(minded.filter(([, value]) => value !== undefined)),
    dropped: [...unsaidSampling(dialogue.sampling, on), ...dropped],
  };
}

function writeFormat(format: OutputFormat | null): object | null {
  return format?.type === 'schema' ? { type: 'json_schema', schema: format.schema } : null;
}

/**
 * Temperature goes from 0 to 1, and newer models take it or `top_p`, not both. While thinking,
 * neither temperature nor `top_k` can be set, and `top_p` from 0.95 on.
 * Source: https://platform.claude.com/docs/en/build-with-claude/extended-thinking#feature-compatibility
 */
function writeSampling({ temperature, topP, topK }: Sampling, thinks: boolean): object {
  if (thinks) return said({ top_p: topP !== null && topP >= 0.95 ? topP : null });
  return said({
    temperature: temperature === null ? null : Math.min(1, temperature),
    top_p: temperature === null ? topP : null,
    top_k: topK,
  });
}

/** What of the sampling the rules above leave out. */
function unsaidSampling({ temperature, topP, topK }: Sampling, thinks: boolean): string[] {
  const written = writeSampling({ ...NO_SAMPLING, temperature, topP, topK }, thinks);
  const asked = { temperature, top_p: topP, top_k: topK };
  return Object.entries(asked).flatMap(([name, value]) =>
    value === null || name in written ? [] : [name],
  );
}

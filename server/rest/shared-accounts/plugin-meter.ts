import { z } from 'zod';
import type { TokenUsage } from '../../gateway/ports.ts';
import { addText, estimateUsage, newTally } from '../../gateway/tokens.ts';

/** Longest event that is read; of a longer one nothing is known. */
const MOST_EVENT = 1_048_576;

const Count = z.int().min(0).catch(0);
const Usage = z.object({
  prompt_tokens: Count,
  completion_tokens: Count,
  prompt_tokens_details: z.object({ cached_tokens: Count }).nullish().catch(null),
  completion_tokens_details: z.object({ reasoning_tokens: Count }).nullish().catch(null),
});
const Words = z.string().nullish().catch(null);
const Said = z.object({ content: Words, reasoning_content: Words });
const Chunk = z.object({
  usage: Usage.nullish().catch(null),
  choices: z
    .array(z.object({ delta: Said.nullish().catch(null), message: Said.nullish().catch(null) }))
    .catch([]),
});

/** Reads in passing what an answer of OpenAI's chat used. */
export function createMeter() {
  const written = newTally();
  const decoder = new TextDecoder();
  let usage: TokenUsage | null = null;
  let rest = '';
  /** An event that is too long is skipped to its end. */
  let skips = false;

  function take(text: string): void {
    const read = Chunk.safeParse(parsed(text));
    if (!read.success) return;
    if (read.data.usage) usage = toUsage(read.data.usage);
    for (const { delta, message } of read.data.choices) {
      const { content, reasoning_content: thought } = delta ?? message ?? {};
      addText(written, (thought ?? '') + (content ?? ''));
    }
  }

  return {
    /** Bytes of a stream. */
    events(chunk: Uint8Array): void {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        if (!skips && line.startsWith('data:')) take(line.slice(5));
        skips = false;
      }
      if (rest.length <= MOST_EVENT) return;
      rest = '';
      skips = true;
    },
    /** A whole answer. */
    whole: (body: Uint8Array): void => take(decoder.decode(body)),
    /** What was used as they say, or as we count it. */
    async used(prompt: readonly string[]): Promise<TokenUsage> {
      return usage ?? (await estimateUsage(prompt, written));
    },
  };
}

function toUsage(said: z.infer<typeof Usage>): TokenUsage {
  return {
    inputTokens: said.prompt_tokens,
    cachedTokens: said.prompt_tokens_details?.cached_tokens ?? 0,
    cacheWriteTokens: 0,
    outputTokens: said.completion_tokens,
    reasoningTokens: said.completion_tokens_details?.reasoning_tokens ?? 0,
    estimated: false,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

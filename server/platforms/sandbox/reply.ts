import { type ChatMessage, type ChatRequest, textOf } from './chat-request.ts';
import { exampleValue } from './example-value.ts';
import { words } from './words.ts';

export type Usage = { prompt_tokens: number; completion_tokens: number; total_tokens: number };

/** What the sandbox says, already cut at the request's token limit. */
export type Reply = {
  /** Null = an answer in words. */
  tool: { name: string } | null;
  /** The answer, or the tool's arguments as JSON text, token by token. */
  tokens: readonly string[];
  finishReason: 'stop' | 'length' | 'tool_calls';
  usage: Usage;
};

/** As real models have one; and splitting a text of megabytes would hold up everyone else. */
const MOST_TOKENS = 4_096;
/** What so many of the longest words take. */
const MOST_CHARACTERS = MOST_TOKENS * 24;
const CHARACTERS_PER_TOKEN = 4;

/** Decides the sandbox's answer: a tool call, the tool's result, or an echo of the last user message. */
export function replyTo(request: ChatRequest): Reply {
  const tool = chosenTool(request);
  const whole = tool ? JSON.stringify(argumentsFor(tool)) : spoken(request.messages);
  const all = words(whole.slice(0, MOST_CHARACTERS));
  const limit = request.max_completion_tokens ?? request.max_tokens ?? MOST_TOKENS;
  const tokens = all.slice(0, Math.min(limit, MOST_TOKENS));
  const isCut = tokens.length < all.length || whole.length > MOST_CHARACTERS;
  const prompt = countWords(request.messages.map(textOf));
  return {
    tool: tool && { name: tool.function.name },
    tokens,
    finishReason: isCut ? 'length' : tool ? 'tool_calls' : 'stop',
    usage: {
      prompt_tokens: prompt,
      completion_tokens: tokens.length,
      total_tokens: prompt + tokens.length,
    },
  };
}

/** Counts tokens; of texts too long to be cut it is a guess. */
function countWords(texts: readonly string[]): number {
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  if (characters > MOST_CHARACTERS) return Math.ceil(characters / CHARACTERS_PER_TOKEN);
  return texts.reduce((sum, text) => sum + words(text).length, 0);
}

type Tool = NonNullable<ChatRequest['tools']>[number];

function chosenTool({ tools, tool_choice: choice, messages }: ChatRequest): Tool | null {
  if (!tools?.length || choice === 'none' || messages.at(-1)?.role !== 'user') return null;
  const wanted = typeof choice === 'object' ? choice?.function.name : undefined;
  const found = wanted ? tools.find((tool) => tool.function.name === wanted) : tools[0];
  return found ?? null;
}

function argumentsFor(tool: Tool): unknown {
  return exampleValue(tool.function.parameters ?? { type: 'object' });
}

function spoken(messages: readonly ChatMessage[]): string {
  if (messages.at(-1)?.role === 'tool') {
    const before = messages.findLastIndex((message) => message.role !== 'tool');
    return messages
      .slice(before + 1)
      .map(textOf)
      .join('\n');
  }
  const asked = messages.findLast((message) => message.role === 'user') ?? messages.at(-1);
  return asked ? textOf(asked) : '';
}

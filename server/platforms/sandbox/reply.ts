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

/** Decides the sandbox's answer: a tool call, the tool's result, or an echo of the last user message. */
export function replyTo(request: ChatRequest): Reply {
  const tool = chosenTool(request);
  const all = words(tool ? JSON.stringify(argumentsFor(tool)) : spoken(request.messages));
  const limit = request.max_completion_tokens ?? request.max_tokens ?? Number.POSITIVE_INFINITY;
  const tokens = all.slice(0, limit);
  const prompt = request.messages.reduce((sum, message) => sum + words(textOf(message)).length, 0);
  return {
    tool: tool && { name: tool.function.name },
    tokens,
    finishReason: tokens.length < all.length ? 'length' : tool ? 'tool_calls' : 'stop',
    usage: {
      prompt_tokens: prompt,
      completion_tokens: tokens.length,
      total_tokens: prompt + tokens.length,
    },
  };
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

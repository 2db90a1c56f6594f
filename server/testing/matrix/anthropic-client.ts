import Anthropic from '@anthropic-ai/sdk';
import type {
  ContentBlockParam,
  Message,
  MessageCreateParams,
  MessageParam,
} from '@anthropic-ai/sdk/resources/messages';
import type { Ask, Client, Got } from './matrix.ts';

export const anthropicClient: Client = {
  protocol: 'anthropic-messages',
  seals: true,
  statusOf: (error) => (error instanceof Anthropic.APIError ? (error.status ?? null) : null),
  async ask(origin, ask, signal) {
    const params: MessageCreateParams = {
      model: 'gpt-lab',
      max_tokens: 2_000,
      messages: messages(ask),
      ...(ask.tool && {
        tools: [
          { name: ask.tool.name, input_schema: { ...ask.tool.schema, type: 'object' as const } },
        ],
      }),
      ...(ask.think && { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } }),
      ...(ask.schema && {
        output_config: { format: { type: 'json_schema', schema: ask.schema } },
      }),
    };
    const sdk = new Anthropic({ apiKey: 'gh-good', baseURL: origin, maxRetries: 0 });
    const options = signal ? { signal } : {};
    if (!ask.stream)
      return got(await sdk.messages.create({ ...params, stream: false }, options), 0);
    const stream = sdk.messages.stream({ ...params, stream: true }, options);
    let pieces = 0;
    stream.on('text', () => {
      pieces += 1;
    });
    return got(await stream.finalMessage(), pieces);
  },
};

function messages({ history, image, prompt }: Ask): MessageParam[] {
  const asked: MessageParam = {
    role: 'user',
    content: image
      ? [
          { type: 'text', text: prompt },
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: image } },
        ]
      : prompt,
  };
  if (!history) return [asked];
  const call = history.got.calls[0];
  const { result } = history;
  return [
    { role: 'user', content: history.prompt },
    { role: 'assistant', content: history.got.turn as ContentBlockParam[] },
    call && result !== undefined
      ? { role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: result }] }
      : asked,
  ];
}

function got(message: Message, pieces: number): Got {
  const { content, usage } = message;
  const cached = (usage.cache_read_input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0);
  return {
    text: content.map((block) => (block.type === 'text' ? block.text : '')).join(''),
    thought: content.map((block) => (block.type === 'thinking' ? block.thinking : '')).join(''),
    calls: content.flatMap((block) =>
      block.type === 'tool_use' ? [{ id: block.id, name: block.name, arguments: block.input }] : [],
    ),
    input: usage.input_tokens + cached,
    output: usage.output_tokens,
    pieces,
    turn: content,
  };
}

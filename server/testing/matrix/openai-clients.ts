import OpenAI from 'openai';
import type {
  ChatCompletionCreateParams,
  ChatCompletionMessage,
  ChatCompletionMessageParam,
} from 'openai/resources/chat/completions';
import type {
  Response,
  ResponseCreateParams,
  ResponseInput,
} from 'openai/resources/responses/responses';
import type { Ask, Client, Got } from './matrix.ts';

const MODEL = 'gpt-lab';

function sdk(origin: string): OpenAI {
  return new OpenAI({ apiKey: 'gh-good', baseURL: `${origin}/v1`, maxRetries: 0 });
}

function statusOf(error: unknown): number | null {
  return error instanceof OpenAI.APIError ? (error.status ?? null) : null;
}

export const openaiChatClient: Client = {
  protocol: 'openai-chat',
  seals: false,
  statusOf,
  async ask(origin, ask, signal) {
    const params: ChatCompletionCreateParams = {
      model: MODEL,
      messages: chatMessages(ask),
      ...(ask.tool && {
        tools: [
          { type: 'function', function: { name: ask.tool.name, parameters: ask.tool.schema } },
        ],
      }),
      ...(ask.think && { reasoning_effort: 'high' }),
      ...(ask.schema && {
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'answer', schema: ask.schema, strict: true },
        },
      }),
    };
    const { completions } = sdk(origin).chat;
    const options = signal ? { signal } : {};
    if (!ask.stream) {
      return gotChat(await completions.create({ ...params, stream: false }, options), 0, null);
    }
    const stream = completions.stream(
      { ...params, stream: true, stream_options: { include_usage: true } },
      options,
    );
    let pieces = 0;
    let thought = '';
    for await (const chunk of stream) {
      const delta = chunk.choices[0]?.delta;
      if (delta?.content) pieces += 1;
      thought += textIn(delta, 'reasoning_content');
    }
    return gotChat(await stream.finalChatCompletion(), pieces, thought);
  },
};

function chatMessages({ history, image, prompt }: Ask): ChatCompletionMessageParam[] {
  const asked: ChatCompletionMessageParam = {
    role: 'user',
    content: image
      ? [
          { type: 'text', text: prompt },
          { type: 'image_url', image_url: { url: `data:image/png;base64,${image}` } },
        ]
      : prompt,
  };
  if (!history) return [asked];
  const { got, result } = history;
  const call = got.calls[0];
  return [
    { role: 'user', content: history.prompt },
    got.turn as ChatCompletionMessage,
    ...(call && result !== undefined
      ? [{ role: 'tool' as const, tool_call_id: call.id, content: result }]
      : [asked]),
  ];
}

function gotChat(completion: OpenAI.ChatCompletion, pieces: number, thought: string | null): Got {
  const message = completion.choices[0]?.message;
  const calls = (message?.tool_calls ?? []).flatMap((call) =>
    call.type === 'function'
      ? [{ id: call.id, name: call.function.name, arguments: JSON.parse(call.function.arguments) }]
      : [],
  );
  return {
    text: message?.content ?? '',
    thought: thought ?? textIn(message, 'reasoning_content'),
    calls,
    input: completion.usage?.prompt_tokens ?? -1,
    output: completion.usage?.completion_tokens ?? -1,
    pieces,
    turn: message,
  };
}

/** A member that the library's types do not know. */
function textIn(value: object | undefined, key: string): string {
  const text = (value as Record<string, unknown> | undefined)?.[key];
  return typeof text === 'string' ? text : '';
}

export const openaiResponsesClient: Client = {
  protocol: 'openai-responses',
  seals: true,
  statusOf,
  async ask(origin, ask, signal) {
    const params: ResponseCreateParams = {
      model: MODEL,
      input: responseInput(ask),
      store: false,
      ...(ask.tool && {
        tools: [
          { type: 'function', name: ask.tool.name, parameters: ask.tool.schema, strict: false },
        ],
      }),
      ...(ask.think && {
        reasoning: { effort: 'high', summary: 'auto' },
        include: ['reasoning.encrypted_content'],
      }),
      ...(ask.schema && {
        text: { format: { type: 'json_schema', name: 'answer', schema: ask.schema, strict: true } },
      }),
    };
    const { responses } = sdk(origin);
    const options = signal ? { signal } : {};
    if (!ask.stream) {
      return gotResponse(await responses.create({ ...params, stream: false }, options), 0);
    }
    const stream = responses.stream({ ...params, stream: true }, options);
    let pieces = 0;
    for await (const event of stream) if (event.type === 'response.output_text.delta') pieces += 1;
    return gotResponse(await stream.finalResponse(), pieces);
  },
};

function responseInput({ history, image, prompt }: Ask): ResponseInput {
  const asked: ResponseInput = [
    {
      role: 'user',
      content: image
        ? [
            { type: 'input_text', text: prompt },
            {
              type: 'input_image',
              image_url: `data:image/png;base64,${image}`,
              detail: 'auto',
            },
          ]
        : prompt,
    },
  ];
  if (!history) return asked;
  const { got, result } = history;
  const call = got.calls[0];
  return [
    { role: 'user', content: history.prompt },
    ...(got.turn as ResponseInput),
    ...(call && result !== undefined
      ? [{ type: 'function_call_output' as const, call_id: call.id, output: result }]
      : asked),
  ];
}

function gotResponse(response: Response, pieces: number): Got {
  const { output } = response;
  return {
    text: response.output_text,
    thought: output
      .flatMap((item) => (item.type === 'reasoning' ? item.summary : []))
      .map(({ text }) => text)
      .join(''),
    calls: output.flatMap((item) =>
      item.type === 'function_call'
        ? [{ id: item.call_id, name: item.name, arguments: JSON.parse(item.arguments) }]
        : [],
    ),
    input: response.usage?.input_tokens ?? -1,
    output: response.usage?.output_tokens ?? -1,
    pieces,
    turn: output,
  };
}

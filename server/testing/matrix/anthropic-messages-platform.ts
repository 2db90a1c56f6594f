import type { FakePlatform, Say } from './matrix.ts';
import { at, halves, list, sendEvents, sendJson, str } from './respond.ts';

const HEAD = { id: 'msg_up', type: 'message', role: 'assistant', model: 'tiny' };
const USAGE = {
  input_tokens: 5,
  cache_read_input_tokens: 2,
  cache_creation_input_tokens: 0,
  output_tokens: 3,
};

/** Source: https://docs.claude.com/en/api/messages and https://docs.claude.com/en/docs/build-with-claude/streaming */
export const anthropicMessagesPlatform: FakePlatform = {
  protocol: 'anthropic-messages',
  hear(call) {
    const body = call.json;
    const messages = list(body, 'messages');
    const blocks = messages.flatMap((message) => list(message, 'content'));
    const users = messages.filter((message) => at(message, 'role') === 'user');
    return {
      prompts: users.flatMap((message) => texts(at(message, 'content'))),
      tools: list(body, 'tools').map((tool) => ({
        name: str(tool, 'name'),
        schema: at(tool, 'input_schema'),
      })),
      images: ofType(blocks, 'image').map((block) => str(block, 'source', 'data')),
      thinks: ['adaptive', 'enabled'].includes(str(body, 'thinking', 'type')),
      schema: at(body, 'output_config', 'format', 'schema'),
      results: ofType(blocks, 'tool_result').map((block) => texts(at(block, 'content')).join('')),
      seals: ofType(blocks, 'thinking').map((block) => str(block, 'signature')),
      stream: at(body, 'stream') === true,
    };
  },
  say: (what) => (call, res) => {
    const stop = { stop_reason: what.call ? 'tool_use' : 'end_turn', stop_sequence: null };
    if (call.json?.['stream'] !== true) {
      return sendJson(res, 200, { ...HEAD, content: content(what), ...stop, usage: USAGE });
    }
    const blocks = content(what).flatMap(blockEvents);
    sendEvents(
      res,
      [
        START,
        { type: 'ping' },
        ...blocks,
        { type: 'message_delta', delta: stop, usage: { output_tokens: 3 } },
        { type: 'message_stop' },
      ],
      { named: true },
    );
  },
  refuse: (status, message, headers) => (_call, res) =>
    sendJson(res, status, { type: 'error', error: { type: 'scripted', message } }, headers),
  failMidway: (message) => (_call, res) =>
    sendEvents(
      res,
      [START, ...BEGUN, { type: 'error', error: { type: 'overloaded_error', message } }],
      { named: true },
    ),
  hang: () => (_call, res) => sendEvents(res, [START, ...BEGUN], { named: true, open: true }),
};

const START = {
  type: 'message_start',
  message: {
    ...HEAD,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { ...USAGE, output_tokens: 1 },
  },
};
const BEGUN = [
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hel' } },
];

type Block = { type: string; [key: string]: unknown };

function content({ thought, text, call }: Say): Block[] {
  const blocks: Block[] = [];
  if (thought) blocks.push({ type: 'thinking', thinking: thought.text, signature: thought.seal });
  if (text) blocks.push({ type: 'text', text });
  if (call) blocks.push({ type: 'tool_use', id: call.id, name: call.name, input: call.arguments });
  return blocks;
}

function blockEvents(block: Block, index: number): object[] {
  const empty = {
    text: { text: '' },
    thinking: { thinking: '', signature: '' },
    tool_use: { input: {} },
  };
  const start = { ...block, ...empty[block.type as keyof typeof empty] };
  return [
    { type: 'content_block_start', index, content_block: start },
    ...deltas(block).map((delta) => ({ type: 'content_block_delta', index, delta })),
    { type: 'content_block_stop', index },
  ];
}

function deltas(block: Block): object[] {
  switch (block.type) {
    case 'thinking':
      return [
        ...halves(String(block['thinking'])).map((thinking) => ({
          type: 'thinking_delta',
          thinking,
        })),
        { type: 'signature_delta', signature: block['signature'] },
      ];
    case 'tool_use':
      return halves(JSON.stringify(block['input'])).map((json) => ({
        type: 'input_json_delta',
        partial_json: json,
      }));
    default:
      return halves(String(block['text'])).map((text) => ({ type: 'text_delta', text }));
  }
}

function ofType(blocks: unknown[], type: string): unknown[] {
  return blocks.filter((block) => at(block, 'type') === type);
}

function texts(content: unknown): string[] {
  if (typeof content === 'string') return [content];
  return ofType(list(content), 'text').map((block) => str(block, 'text'));
}

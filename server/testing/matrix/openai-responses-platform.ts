import type { FakePlatform, Say } from './matrix.ts';
import { at, halves, list, sendEvents, sendJson, str } from './respond.ts';

const USAGE = {
  input_tokens: 7,
  input_tokens_details: { cached_tokens: 2 },
  output_tokens: 3,
  output_tokens_details: { reasoning_tokens: 1 },
  total_tokens: 10,
};

/** Source: https://platform.openai.com/docs/api-reference/responses and .../responses-streaming */
export const openaiResponsesPlatform: FakePlatform = {
  protocol: 'openai-responses',
  hear(call) {
    const body = call.json;
    const items = list(body, 'input');
    const users = items.filter((item) => at(item, 'role') === 'user');
    const results = items.filter((item) => at(item, 'type') === 'function_call_output');
    const asked = str(body, 'input');
    return {
      prompts: [...(asked ? [asked] : []), ...users.flatMap((item) => texts(at(item, 'content')))],
      tools: list(body, 'tools').map((tool) => ({
        name: str(tool, 'name'),
        schema: at(tool, 'parameters'),
      })),
      images: items
        .flatMap((item) => list(item, 'content'))
        .flatMap((part) => str(part, 'image_url').split(';base64,')[1] ?? []),
      thinks: at(body, 'reasoning', 'effort') === 'high',
      schema: at(body, 'text', 'format', 'schema'),
      results: results.map((item) => texts(at(item, 'output')).join('')),
      seals: items.map((item) => str(item, 'encrypted_content')).filter((seal) => seal !== ''),
      stream: at(body, 'stream') === true,
    };
  },
  say: (what) => (call, res) => {
    const output = items(what);
    const response = responseOf('completed', output, USAGE);
    if (call.json?.['stream'] !== true) return sendJson(res, 200, response);
    sendEvents(
      res,
      numbered([
        { type: 'response.created', response: responseOf('in_progress') },
        ...output.flatMap(itemEvents),
        { type: 'response.completed', response },
      ]),
      { named: true },
    );
  },
  refuse: (status, message, headers) => (_call, res) =>
    sendJson(
      res,
      status,
      { error: { message, type: 'scripted', param: null, code: null } },
      headers,
    ),
  failMidway: (message) => (_call, res) => {
    const error = { code: 'server_error', message };
    const response = { ...responseOf('failed'), error };
    sendEvents(res, numbered([...BEGUN, { type: 'response.failed', response }]), { named: true });
  },
  hang: () => (_call, res) => sendEvents(res, numbered(BEGUN), { named: true, open: true }),
};

type Event = { type: string; [key: string]: unknown };
type Item = { id: string; type: string; [key: string]: unknown };

function responseOf(status: string, output: Item[] = [], usage: object | null = null) {
  return {
    id: 'resp_up',
    object: 'response',
    created_at: 1,
    model: 'tiny',
    status,
    output,
    usage,
    error: null,
    incomplete_details: null,
  };
}

const BEGUN: Event[] = [
  { type: 'response.created', response: responseOf('in_progress') },
  {
    type: 'response.output_item.added',
    output_index: 0,
    item: { id: 'msg_up', type: 'message', role: 'assistant', status: 'in_progress', content: [] },
  },
  {
    type: 'response.content_part.added',
    item_id: 'msg_up',
    output_index: 0,
    content_index: 0,
    part: { type: 'output_text', text: '', annotations: [] },
  },
  {
    type: 'response.output_text.delta',
    item_id: 'msg_up',
    output_index: 0,
    content_index: 0,
    delta: 'Hel',
  },
];

function items({ thought, text, call }: Say): Item[] {
  const made: Item[] = [];
  if (thought) {
    const summary = [{ type: 'summary_text', text: thought.text }];
    made.push({ id: 'rs_up', type: 'reasoning', summary, encrypted_content: thought.seal });
  }
  if (text) {
    const content = [{ type: 'output_text', text, annotations: [] }];
    made.push({ id: 'msg_up', type: 'message', role: 'assistant', status: 'completed', content });
  }
  if (call) {
    const args = JSON.stringify(call.arguments);
    const base = { type: 'function_call', status: 'completed', call_id: call.id };
    made.push({ ...base, id: 'fc_up', name: call.name, arguments: args });
  }
  return made;
}

function itemEvents(item: Item, index: number): Event[] {
  const at = { item_id: item.id, output_index: index };
  const empty = {
    reasoning: { summary: [], encrypted_content: null },
    message: { status: 'in_progress', content: [] },
    function_call: { status: 'in_progress', arguments: '' },
  }[item.type];
  return [
    { type: 'response.output_item.added', output_index: index, item: { ...item, ...empty } },
    ...within(item, at),
    { type: 'response.output_item.done', output_index: index, item },
  ];
}

function within(item: Item, at: object): Event[] {
  if (item.type === 'function_call') {
    const name = 'response.function_call_arguments';
    const args = String(item['arguments']);
    return [
      ...halves(args).map((delta) => ({ type: `${name}.delta`, ...at, delta })),
      { type: `${name}.done`, ...at, arguments: args },
    ];
  }
  const isMessage = item.type === 'message';
  const [part] = (isMessage ? item['content'] : item['summary']) as {
    type: string;
    text: string;
  }[];
  const text = part?.text ?? '';
  const place = { ...at, [isMessage ? 'content_index' : 'summary_index']: 0 };
  const partName = isMessage ? 'response.content_part' : 'response.reasoning_summary_part';
  const textName = isMessage ? 'response.output_text' : 'response.reasoning_summary_text';
  return [
    { type: `${partName}.added`, ...place, part: { ...part, text: '' } },
    ...halves(text).map((delta) => ({ type: `${textName}.delta`, ...place, delta })),
    { type: `${textName}.done`, ...place, text },
    { type: `${partName}.done`, ...place, part },
  ];
}

function numbered(events: Event[]): Event[] {
  return events.map((event, sequence) => ({ ...event, sequence_number: sequence }));
}

function texts(content: unknown): string[] {
  if (typeof content === 'string') return [content];
  return list(content)
    .map((part) => str(part, 'text'))
    .filter((text) => text !== '');
}

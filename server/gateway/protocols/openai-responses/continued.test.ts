import { expect, test } from 'vitest';
import type { ArrivedCall } from '../protocol.ts';
import { continued, inputItems, referencedItems } from './index.ts';

const REQUEST_ID = '01890a5d-ac96-774b-bcce-b302099a8057';

function arrived(body: object): ArrivedCall {
  return {
    body: Buffer.from(JSON.stringify(body)),
    headers: { 'x-test': '1' },
    model: null,
    action: null,
    query: new URLSearchParams(),
  };
}

function bodyOf({ body }: ArrivedCall) {
  return JSON.parse(body.toString());
}

test('a text is kept as a message with an id', () => {
  expect(inputItems(arrived({ model: 'm', input: 'Hi' }), REQUEST_ID)).toEqual([
    {
      id: 'msg_01890a5dac96774bbcceb302099a8057_i0',
      type: 'message',
      role: 'user',
      status: 'completed',
      content: [{ type: 'input_text', text: 'Hi' }],
    },
  ]);
});

test('items keep their ids and get one where they have none; references are not kept', () => {
  const input = [
    { type: 'item_reference', id: 'msg_0' },
    { id: 'msg_1', role: 'assistant', content: 'Yes' },
    { type: 'function_call_output', call_id: 'c', output: 'ok' },
  ];
  const items = inputItems(arrived({ model: 'm', input }), REQUEST_ID);
  expect(items.map(({ id }) => id)).toEqual(['msg_1', 'fco_01890a5dac96774bbcceb302099a8057_i1']);
  expect(items[0]).toMatchObject({ content: [{ type: 'output_text', text: 'Yes' }] });
  expect(inputItems(arrived({ model: 'm' }), REQUEST_ID)).toEqual([]);
});

test('what came before stands before the request’s own input, and nothing is referred to', () => {
  const call = arrived({ model: 'm', input: 'And?', previous_response_id: 'resp_1', store: true });
  const earlier = [{ type: 'message', id: 'msg_1', role: 'user', content: 'Hi' }];
  const result = continued(call, earlier);
  expect(bodyOf(result)).toEqual({
    model: 'm',
    store: true,
    input: [...earlier, { type: 'message', role: 'user', content: 'And?' }],
  });
  expect(result.headers).toBe(call.headers);
});

test('references become the items they mean, and nothing is said twice', () => {
  const input = [
    { type: 'item_reference', id: 'msg_1' },
    { id: 'msg_2' },
    { type: 'item_reference', id: 'gone' },
    { role: 'user', content: 'And?' },
  ];
  const call = arrived({ model: 'm', input });
  const kept = { type: 'message', id: 'msg_2', role: 'assistant', content: 'Yes' };
  expect(referencedItems(call)).toEqual(['msg_1', 'msg_2', 'gone']);
  const { input: sent } = bodyOf(
    continued(call, [{ type: 'message', id: 'msg_1' }], new Map([['msg_2', kept]])),
  );
  expect(sent).toEqual([{ type: 'message', id: 'msg_1' }, kept, input[2], input[3]]);
});

import { expect, test } from 'vitest';
import { chatRequest } from './connection.ts';

const url = new URL('http://127.0.0.1:9');
const parts = (request: Buffer) => {
  const [head = '', body = ''] = request.toString().split('\r\n\r\n');
  return { head: head.split('\r\n'), body: JSON.parse(body), bytes: Buffer.byteLength(body) };
};

test.each(['chat', 'messages'] as const)('a %s request is as long as it was wished', (door) => {
  expect(parts(chatRequest({ url, key: 'k', bytes: 480, door })).bytes).toBe(480);
});

test('each door has its own path and shape', () => {
  const chat = parts(chatRequest({ url, key: 'k', bytes: 480 }));
  expect(chat.head[0]).toBe('POST /v1/chat/completions HTTP/1.1');
  expect(chat.body.messages).toHaveLength(2);
  const messages = parts(chatRequest({ url, key: 'k', bytes: 480, door: 'messages' }));
  expect(messages.head[0]).toBe('POST /v1/messages HTTP/1.1');
  expect(messages.body).toMatchObject({ max_tokens: 1_000, messages: [{ role: 'user' }] });
});

test('further headers go along', () => {
  const { head } = parts(chatRequest({ url, key: 'k', bytes: 480, headers: { 'x-peer': 'here' } }));
  expect(head).toContain('x-peer: here');
});

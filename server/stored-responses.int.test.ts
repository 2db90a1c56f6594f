import OpenAI from 'openai';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PASSWORD, startApp, type TestApp } from './testing/app.ts';
import {
  answer,
  raw,
  type ScriptedUpstream,
  scriptedUpstream,
} from './testing/scripted-upstream.ts';

const PLANTED = 'the-planted-password';
const secretOf = (owner: string, name: string) => `gh-${owner}-${name}`.padEnd(40, '0');

let chats: ScriptedUpstream;
let messages: ScriptedUpstream;
let h: TestApp;

/** Shaped as in https://docs.claude.com/en/api/messages */
const message = (text: string) =>
  raw(
    200,
    'application/json',
    JSON.stringify({
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'tiny',
      content: [{ type: 'text', text }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 5, output_tokens: 2 },
    }),
  );

beforeAll(async () => {
  chats = await scriptedUpstream(answer('From chats'));
  messages = await scriptedUpstream(message('From messages'));
  const person = (username: string) => ({ username, password: PASSWORD, role: 'admin' });
  const key = (owner: string, name: string, more: object = {}) => ({
    owner,
    name,
    secret: secretOf(owner, name),
    ...more,
  });
  const model = (name: string, platform: string) => ({
    name,
    routes: [{ platform, model: 'tiny', weight: 1 }],
  });
  const account = (platform: string) => ({
    platform,
    name: platform,
    owner: 'ada',
    apiKey: `sk-${platform}-000`,
    shared: true,
  });
  h = await startApp(
    {
      users: [person('ada'), person('ben')],
      platforms: [
        { id: 'chats', protocol: 'openai-chat', baseUrl: chats.url },
        { id: 'messages', protocol: 'anthropic-messages', baseUrl: messages.url },
      ],
      accounts: [account('chats'), account('messages')],
      models: [model('chatty', 'chats'), model('messenger', 'messages')],
      keys: [key('ada', 'all'), key('ada', 'narrow', { models: ['messenger'] }), key('ben', 'all')],
    },
    { OUTBOUND_ALLOW: '127.0.0.1' },
  );
});
afterAll(async () => {
  await h[Symbol.asyncDispose]();
  await chats[Symbol.asyncDispose]();
  await messages[Symbol.asyncDispose]();
});

const as = (owner: string, name = 'all') =>
  new OpenAI({ apiKey: secretOf(owner, name), baseURL: `${h.url}/v1`, maxRetries: 0 });

const NOT_FOUND = { status: 400, code: 'previous_response_not_found' };

test('three turns across two models of different platforms', async () => {
  const { responses } = as('ada');
  const one = await responses.create({ model: 'chatty', input: `My secret: ${PLANTED}` });
  const two = await responses.create({
    model: 'messenger',
    input: 'And now?',
    previous_response_id: one.id,
  });
  expect(messages.calls.at(-1)?.json?.['messages']).toMatchObject([
    { role: 'user' },
    { role: 'assistant', content: [{ type: 'text', text: 'From chats' }] },
    { role: 'user' },
  ]);
  await responses.create({ model: 'chatty', input: 'And then?', previous_response_id: two.id });
  const heard = chats.calls.at(-1)?.json?.['messages'] as { content: string }[];
  expect(heard.map(({ content }) => content)).toEqual([
    `My secret: ${PLANTED}`,
    'From chats',
    'And now?',
    'From messages',
    'And then?',
  ]);
});

test('at rest nobody can read what was said', async () => {
  const { responses } = as('ada');
  const { id } = await responses.create({ model: 'chatty', input: PLANTED });
  const { rows } = await h.infra.pool.query('SELECT t::text AS line FROM stored_responses t');
  expect(JSON.stringify(rows)).toContain(id);
  expect(JSON.stringify(rows)).not.toContain(PLANTED);
  expect(JSON.stringify(rows)).not.toContain('From chats');
  expect((await responses.inputItems.list(id)).data).toMatchObject([
    { role: 'user', content: [{ type: 'input_text', text: PLANTED }] },
  ]);
});

test('without store nothing is kept', async () => {
  const { responses } = as('ada');
  const { id } = await responses.create({ model: 'chatty', input: 'x', store: false });
  const { rows } = await h.infra.pool.query('SELECT 1 FROM stored_responses WHERE id = $1', [id]);
  expect(rows).toEqual([]);
  await expect(responses.retrieve(id)).rejects.toMatchObject({ status: 404 });
  const next = responses.create({ model: 'chatty', input: 'x', previous_response_id: id });
  await expect(next).rejects.toMatchObject(NOT_FOUND);
});

test('a conversation with a part deleted cannot go on', async () => {
  const { responses } = as('ada');
  const one = await responses.create({ model: 'chatty', input: 'x' });
  const two = await responses.create({
    model: 'chatty',
    input: 'y',
    previous_response_id: one.id,
  });
  await responses.delete(one.id);
  const next = responses.create({ model: 'chatty', input: 'z', previous_response_id: two.id });
  await expect(next).rejects.toMatchObject(NOT_FOUND);
  expect((await responses.retrieve(two.id)).output_text).toBe('From chats');
});

test.each([
  ['another person', 'ben', 'all'],
  ['a key that may not use its model', 'ada', 'narrow'],
])('%s finds nothing', async (_who, owner, name) => {
  const { id } = await as('ada').responses.create({ model: 'chatty', input: PLANTED });
  const { responses } = as(owner, name);
  const next = responses.create({ model: 'messenger', input: 'x', previous_response_id: id });
  await expect(next).rejects.toMatchObject(NOT_FOUND);
  await expect(responses.retrieve(id)).rejects.toMatchObject({ status: 404 });
  await expect(responses.delete(id)).rejects.toMatchObject({ status: 404 });
  await expect(responses.cancel(id)).rejects.toMatchObject({ status: 404 });
  await expect(responses.inputItems.list(id)).rejects.toMatchObject({ status: 404 });
  expect((await as('ada').responses.retrieve(id)).id).toBe(id);
});

import { describe, expect, test } from 'vitest';
import { accountTag } from '../platforms/account-tag.ts';
import { askDoor } from '../testing/hostile/doors.ts';
import { PLATFORMS } from '../testing/matrix/index.ts';
import { lab } from '../testing/matrix/lab.ts';
import type { FakePlatform } from '../testing/matrix/matrix.ts';
import { recorded } from '../testing/matrix/recorded.ts';
import { failure } from '../testing/scripted-upstream.ts';
import { writeSignature } from './protocols/gemini/gemini-seals.ts';
import { writeSeal } from './protocols/seals.ts';

/* What only one account can read: it is asked first, and where it is gone nothing of it is sent. */

const DROPPED = 'x-gatehouse-dropped';
const SEAL = 'c2VhbA/+c2VhbA==';
const SAID = { thought: { text: 'Two and two.', seal: SEAL }, text: 'Four, I think.' };

type Maker = 'anthropic' | 'openai' | 'gemini';
type Case = {
  protocol: FakePlatform['protocol'];
  maker: Maker;
  path: string;
  streamPath: string;
  /** A conversation, as written by hand, in which an answer carries the seal. */
  body(seal: string): string;
  /** What is said to be left out with the seal. */
  dropped: string;
};

const CASES: Case[] = [
  {
    protocol: 'anthropic-messages',
    maker: 'anthropic',
    path: '/v1/messages',
    streamPath: '/v1/messages',
    body: (seal) => `{ "model" : "gpt-lab", "max_tokens":2000,
      "thinking": {"type":"adaptive"},"messages": [ {"role":"user","content":"2 + 2?"},
      {"role":"assistant","content":[{"type":"thinking","thinking":"Two and two.","signature":"${seal}"},
        {"type":"text","text":"Fo\\u0075r,  \\/ I think."}]} , {"role":"user","content":"Sure?"}]}`,
    dropped: 'thinking',
  },
  {
    protocol: 'openai-responses',
    maker: 'openai',
    path: '/v1/responses',
    streamPath: '/v1/responses',
    body: (seal) => `{ "input": [ {"role":"user","content":"2 + 2?"},
      {"type":"reasoning","id":"rs_up","summary":[],"encrypted_content":"${seal}"},
      {"role":"assistant","content":"Fo\\u0075r,  \\/ I think."} , {"role":"user","content":"Sure?"}],
      "store" : false, "model" : "gpt-lab" }`,
    dropped: 'reasoning',
  },
  {
    protocol: 'gemini',
    maker: 'gemini',
    path: '/v1beta/models/gpt-lab:generateContent',
    streamPath: '/v1beta/models/gpt-lab:streamGenerateContent?alt=sse',
    body: (seal) => `{"contents": [ {"role":"user","parts":[{"text":"2 + 2?"}]},
      {"role":"model","parts":[{"text":"Fo\\u0075r,  \\/ I think.","thoughtSignature":"${seal}"}]} ,
      {"role":"user","parts":[{"text":"Sure?"}]}]}`,
    dropped: 'thoughtSignature',
  },
];

const sealed = (maker: Maker, account: string) =>
  writeSeal({ maker, value: SEAL, account: accountTag(account) });

describe.each(CASES)('$protocol', ({ protocol, maker, path, streamPath, body, dropped }) => {
  const platform = platformOf(protocol);
  const own = platform.say(SAID);

  test('a seal leads back to the account that made it, and only mark and model change', async () => {
    await using it = await lab(platform, [own], { accounts: ['a1', 'a2'] });
    const res = await askDoor(it.origin, path, { body: body(sealed(maker, 'a2')) });
    expect([res.status, res.headers.get(DROPPED)]).toEqual([200, null]);
    expect(it.accounts()).toEqual(['a2']);
    expect(it.upstream.calls[0]?.text).toBe(body(SEAL).replace('"gpt-lab"', '"tiny"'));
  });

  test('where its account is gone it is left out and named, and all else is sent', async () => {
    await using it = await lab(platform, [own], { accounts: ['a1', 'a2'] });
    const res = await askDoor(it.origin, path, { body: body(sealed(maker, 'long gone')) });
    expect([res.status, res.headers.get(DROPPED)]).toEqual([200, dropped]);
    expect(it.accounts()).toEqual(['a1']);
    expect(it.heard()).toMatchObject({ seals: [], prompts: ['2 + 2?', 'Sure?'] });
    expect(it.upstream.calls[0]?.text).toContain('Four,  / I think.');
    expect(it.upstream.calls[0]?.text).not.toContain('ghS');
  });

  test('where its account fails the next one gets the request without it', async () => {
    await using it = await lab(platform, [failure(500), own], { accounts: ['a1', 'a2'] });
    const res = await askDoor(it.origin, path, { body: body(sealed(maker, 'a2')) });
    expect([res.status, res.headers.get(DROPPED)]).toEqual([200, dropped]);
    expect(it.accounts()).toEqual(['a2', 'a1']);
    expect([it.heard(0).seals, it.heard(1).seals]).toEqual([[SEAL], []]);
  });

  test('a seal that never came through here is nobody’s: it passes as it is', async () => {
    await using it = await lab(platform, [own], { accounts: ['a1', 'a2'] });
    const res = await askDoor(it.origin, path, { body: body(SEAL) });
    expect(res.headers.get(DROPPED)).toBeNull();
    expect(it.upstream.calls[0]?.text).toBe(body(SEAL).replace('"gpt-lab"', '"tiny"'));
  });

  test.each([false, true])(
    'answers pass byte for byte but for the marks (stream: %s)',
    async (stream) => {
      await using it = await lab(platform, [own]);
      const sent = body(SEAL);
      const asked = stream && maker !== 'gemini' ? sent.replace('{', '{"stream":true,') : sent;
      const res = await askDoor(it.origin, stream ? streamPath : path, { body: asked });
      const got = await res.text();
      const mark = sealed(maker, 'a1').slice(0, -SEAL.length);
      expect(got).toContain(`"${mark}${SEAL}"`);
      expect(got.replaceAll(mark, '')).toBe((await recorded(own, stream)).toString());
    },
  );

  test('before a platform of another protocol a seal of this one is no word of it', async () => {
    for (const other of PLATFORMS.filter((it) => it.protocol !== protocol)) {
      await using it = await lab(other, [other.say(SAID)]);
      const res = await askDoor(it.origin, path, { body: body(sealed(maker, 'a1')) });
      expect(res.status).toBe(200);
      expect(it.heard()).toMatchObject({ seals: [], prompts: ['2 + 2?', 'Sure?'] });
      expect(it.upstream.calls[0]?.text).not.toContain('ghS');
    }
  });
});

describe.each(
  CASES.flatMap((client) =>
    CASES.filter((it) => it !== client).map((served) => ({
      client,
      served,
      name: `${client.protocol} → ${served.protocol}`,
    })),
  ),
)('$name: a seal that another protocol carries', ({ client, served }) => {
  const platform = platformOf(served.protocol);
  const carried = (account: string) => {
    const seal = { maker: served.maker, value: SEAL, account: accountTag(account) };
    return client.maker === 'gemini' ? (writeSignature(seal, false) ?? '') : writeSeal(seal);
  };

  test('goes back to the account that made it, as it was', async () => {
    await using it = await lab(platform, [platform.say(SAID)], { accounts: ['a1', 'a2'] });
    const res = await askDoor(it.origin, client.path, { body: client.body(carried('a2')) });
    expect([res.status, it.accounts(), it.heard().seals]).toEqual([200, ['a2'], [SEAL]]);
  });

  test('goes to no other', async () => {
    await using it = await lab(platform, [platform.say(SAID)], { accounts: ['a1', 'a2'] });
    const res = await askDoor(it.origin, client.path, { body: client.body(carried('long gone')) });
    expect([res.status, it.accounts(), it.heard().seals]).toEqual([200, ['a1'], []]);
    expect(it.heard().prompts).toEqual(['2 + 2?', 'Sure?']);
  });
});

test('Anthropic: a tool loop with a thinking budget cannot go on without its reasoning', async () => {
  const platform = platformOf('anthropic-messages');
  const loop = (account: string, thinking: object) =>
    JSON.stringify({
      model: 'gpt-lab',
      max_tokens: 2_000,
      thinking,
      tools: [{ name: 'weather', input_schema: { type: 'object' } }],
      messages: [
        { role: 'user', content: 'How is it?' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: sealed('anthropic', account) },
            { type: 'tool_use', id: 't1', name: 'weather', input: {} },
          ],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't1', content: '31' }] },
      ],
    });
  await using it = await lab(platform, [platform.say(SAID)], { accounts: ['a1', 'a2'] });
  const budget = { type: 'enabled', budget_tokens: 1_024 };
  const refused = await askDoor(it.origin, '/v1/messages', { body: loop('long gone', budget) });
  expect([refused.status, await refused.json()]).toMatchObject([
    409,
    { type: 'error', error: { message: expect.stringContaining('another account') } },
  ]);
  expect([it.upstream.calls, it.gateway.held.size]).toEqual([[], 0]);
  const own = await askDoor(it.origin, '/v1/messages', { body: loop('a2', budget) });
  expect([own.status, it.accounts()]).toEqual([200, ['a2']]);
  const adaptive = { type: 'adaptive' };
  const without = await askDoor(it.origin, '/v1/messages', { body: loop('long gone', adaptive) });
  expect([without.status, without.headers.get(DROPPED)]).toEqual([200, 'thinking']);
});

test('Gemini: a call whose signature nobody can read gets the value that skips it', async () => {
  const platform = platformOf('gemini');
  await using it = await lab(platform, [platform.say(SAID)], { accounts: ['a1', 'a2'] });
  const call = {
    functionCall: { name: 'weather', args: {} },
    thoughtSignature: sealed('gemini', 'long gone'),
  };
  const res = await askDoor(it.origin, '/v1beta/models/gpt-lab:generateContent', {
    body: JSON.stringify({
      contents: [
        { role: 'user', parts: [{ text: 'How is it?' }] },
        { role: 'model', parts: [call] },
        { role: 'user', parts: [{ functionResponse: { name: 'weather', response: { a: 1 } } }] },
      ],
    }),
  });
  expect([res.status, res.headers.get(DROPPED)]).toEqual([200, 'thoughtSignature']);
  expect(it.heard().seals).toEqual(['skip_thought_signature_validator']);
});

test('Responses: a conversation that a gone account shortened is refused', async () => {
  const platform = platformOf('openai-responses');
  await using it = await lab(platform, [platform.say(SAID)]);
  const body = (account: string) =>
    JSON.stringify({
      model: 'gpt-lab',
      input: [
        { type: 'compaction', encrypted_content: sealed('openai', account) },
        { role: 'user', content: 'Go on.' },
      ],
    });
  const refused = await askDoor(it.origin, '/v1/responses', { body: body('long gone') });
  expect([refused.status, await refused.json()]).toMatchObject([
    409,
    { error: { code: 'bound_elsewhere', param: 'input' } },
  ]);
  expect((await askDoor(it.origin, '/v1/responses', { body: body('a1') })).status).toBe(200);
  expect(it.upstream.calls).toHaveLength(1);
});

const FILES: [protocol: FakePlatform['protocol'], path: string, body: object][] = [
  [
    'openai-chat',
    '/v1/chat/completions',
    {
      model: 'gpt-lab',
      messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'file-1' } }] }],
    },
  ],
  [
    'openai-responses',
    '/v1/responses',
    {
      model: 'gpt-lab',
      input: [{ role: 'user', content: [{ type: 'input_file', file_id: 'file-1' }] }],
    },
  ],
  [
    'anthropic-messages',
    '/v1/messages',
    {
      model: 'gpt-lab',
      max_tokens: 9,
      messages: [
        {
          role: 'user',
          content: [{ type: 'document', source: { type: 'file', file_id: 'file-1' } }],
        },
      ],
    },
  ],
  [
    'gemini',
    '/v1beta/models/gpt-lab:generateContent',
    { contents: [{ parts: [{ fileData: { fileUri: 'files/file-1', mimeType: 'image/png' } }] }] },
  ],
];

const RESPONSES_STORED: object[] = [
  { conversation: 'file-1' },
  { conversation: { id: 'file-1' } },
  { prompt: { id: 'file-1', variables: { id: 'other' } } },
  { tools: [{ type: 'file_search', vector_store_ids: ['file-1'] }] },
  { tools: [{ type: 'code_interpreter', container: 'file-1' }] },
  { tools: [{ type: 'code_interpreter', container: { type: 'auto', file_ids: ['file-1'] } }] },
  { tools: [{ type: 'image_generation', input_image_mask: { file_id: 'file-1' } }] },
  {
    tools: [
      { type: 'shell', environment: { type: 'container_reference', container_id: 'file-1' } },
    ],
  },
  {
    input: [
      {
        type: 'computer_call_output',
        call_id: 'c',
        output: { type: 'computer_screenshot', file_id: 'file-1' },
      },
    ],
  },
];
const hi = [{ role: 'user', content: 'Hi' }];

/** What else lies in a platform's store, by the protocol that can say it. */
const STORED: typeof FILES = [
  ...RESPONSES_STORED.map((more): (typeof FILES)[number] => [
    'openai-responses',
    '/v1/responses',
    { model: 'gpt-lab', input: 'Hi', ...more },
  ]),
  [
    'openai-chat',
    '/v1/chat/completions',
    {
      model: 'gpt-lab',
      messages: [...hi, { role: 'assistant', audio: { id: 'file-1' } }, ...hi],
    },
  ],
  ...['file-1', { id: 'file-1' }, { skills: [{ type: 'custom', skill_id: 'file-1' }] }].map(
    (container): (typeof FILES)[number] => [
      'anthropic-messages',
      '/v1/messages',
      { model: 'gpt-lab', max_tokens: 9, messages: hi, container },
    ],
  ),
  ...[
    { cachedContent: 'cachedContents/file-1' },
    { cached_content: 'cachedContents/file-1' },
    { tools: [{ file_search: { file_search_store_names: ['fileSearchStores/file-1'] } }] },
  ].map((more): (typeof FILES)[number] => [
    'gemini',
    '/v1beta/models/gpt-lab:generateContent',
    { contents: [{ parts: [{ text: 'Hi' }] }], ...more },
  ]),
];

test.each(STORED)('what lies in a store of %s: %s %j', async (protocol, path, json) => {
  const platform = platformOf(protocol);
  const body = JSON.stringify(json);
  {
    await using it = await lab(platform, [platform.say(SAID)], { accounts: ['a1', 'a2'] });
    const res = await askDoor(it.origin, path, { body });
    expect([res.status, await res.text()]).toEqual([409, expect.stringContaining('file-1')]);
    expect(it.upstream.calls).toEqual([]);
  }
  await using it = await lab(platform, [platform.say(SAID)]);
  expect((await askDoor(it.origin, path, { body })).status).toBe(200);
  expect(it.upstream.calls[0]?.text).toContain('file-1');
});

test.each([
  ['conversation', RESPONSES_STORED[1]],
  ['prompt', RESPONSES_STORED[2]],
  ['vector_store_ids', RESPONSES_STORED[3]],
  ['container', RESPONSES_STORED[4]],
  ['file_ids', RESPONSES_STORED[5]],
  ['file_id', RESPONSES_STORED[8]],
])('the refusal names the member: %s', async (param, more) => {
  const platform = platformOf('openai-responses');
  await using it = await lab(platform, [platform.say(SAID)], { accounts: ['a1', 'a2'] });
  const body = JSON.stringify({ model: 'gpt-lab', input: 'Hi', ...more });
  const res = await askDoor(it.origin, '/v1/responses', { body });
  expect([res.status, await res.json()]).toMatchObject([409, { error: { param } }]);
});

test('ready-made skills, and what a function is called by, lie in nobody’s store', async () => {
  const platform = platformOf('openai-responses');
  await using it = await lab(platform, [platform.say(SAID)], { accounts: ['a1', 'a2'] });
  const parameters = { type: 'object', properties: { file_id: { type: 'string', const: 'f' } } };
  const tools = [{ type: 'function', name: 'open', parameters: { ...parameters, file_id: 'f' } }];
  const auto = { type: 'code_interpreter', container: { type: 'auto' } };
  const body = JSON.stringify({ model: 'gpt-lab', input: 'Hi', tools: [...tools, auto] });
  expect((await askDoor(it.origin, '/v1/responses', { body })).status).toBe(200);
  const anthropic = platformOf('anthropic-messages');
  await using there = await lab(anthropic, [anthropic.say(SAID)], { accounts: ['a1', 'a2'] });
  const container = { skills: [{ type: 'anthropic', skill_id: 'pptx' }] };
  const asked = JSON.stringify({ model: 'gpt-lab', max_tokens: 9, messages: hi, container });
  expect((await askDoor(there.origin, '/v1/messages', { body: asked })).status).toBe(200);
});

describe.each(FILES)('a file in a store of %s', (protocol, path, json) => {
  const platform = platformOf(protocol);
  const body = JSON.stringify(json);

  test('is refused where two accounts could be asked', async () => {
    await using it = await lab(platform, [platform.say(SAID)], { accounts: ['a1', 'a2'] });
    const res = await askDoor(it.origin, path, { body });
    expect([res.status, await res.text()]).toEqual([409, expect.stringContaining('file-1')]);
    expect([it.upstream.calls, it.gateway.held.size]).toEqual([[], 0]);
  });

  test('passes as it is where one account serves, and to no other protocol', async () => {
    await using it = await lab(platform, [platform.say(SAID)]);
    expect((await askDoor(it.origin, path, { body })).status).toBe(200);
    expect(it.upstream.calls[0]?.text).toContain('file-1');
    for (const other of PLATFORMS.filter((each) => each.protocol !== protocol)) {
      await using elsewhere = await lab(other, [other.say(SAID)]);
      expect((await askDoor(elsewhere.origin, path, { body })).status).toBe(400);
      expect(elsewhere.upstream.calls).toEqual([]);
    }
  });
});

describe('x-gatehouse-dropped', () => {
  const asked = (more: object) =>
    JSON.stringify({ model: 'gpt-lab', messages: [{ role: 'user', content: 'Hi' }], ...more });

  test('names exactly what did not reach the platform, each once', async () => {
    const platform = platformOf('anthropic-messages');
    await using it = await lab(platform, [platform.say(SAID)]);
    const body = asked({ seed: 1, temperature: 0.5, logit_bias: { '1': 2 }, metadata: { a: 'b' } });
    const res = await askDoor(it.origin, '/v1/chat/completions', { body });
    expect(res.headers.get(DROPPED)).toBe('seed, logit_bias, metadata');
    expect(it.upstream.calls[0]?.json).toMatchObject({ temperature: 0.5 });
    for (const name of ['seed', 'logit_bias', 'metadata']) {
      expect(it.upstream.calls[0]?.json).not.toHaveProperty(name);
    }
  });

  test('is absent where all is said', async () => {
    const platform = platformOf('anthropic-messages');
    await using it = await lab(platform, [platform.say(SAID)]);
    const body = asked({ temperature: 0.5, stop: ['END'], user: 'u', unknown: null });
    const res = await askDoor(it.origin, '/v1/chat/completions', { body });
    expect(res.headers.get(DROPPED)).toBeNull();
  });

  test('is safe whatever the names are, and short', async () => {
    const platform = platformOf('gemini');
    await using it = await lab(platform, [platform.say(SAID)]);
    const names = ['a\r\nset-cookie: x=1', 'Łódź', ', seed', '\u0000', 'x'.repeat(500), '🐢'];
    const many = Array.from({ length: 500 }, (_it, index) => [`member${index}`, 1]);
    const hostile = Object.fromEntries(names.map((name) => [name, 1]));
    const res = await askDoor(it.origin, '/v1/chat/completions', {
      body: asked({ ...hostile, ...Object.fromEntries(many) }),
    });
    const said = res.headers.get(DROPPED) ?? '';
    expect([res.status, res.headers.get('set-cookie')]).toEqual([200, null]);
    expect(said).toMatch(/^[\w.\-[\]?]+(, [\w.\-[\]?]+)*$/);
    expect(said.split(', ')).toContain('a??set-cookie??x?1');
    expect(said.length).toBeLessThan(5_000);
    expect(await res.text()).toContain('Four, I think.');
  });
});

function platformOf(protocol: FakePlatform['protocol']): FakePlatform {
  const found = PLATFORMS.find((platform) => platform.protocol === protocol);
  if (!found) throw new Error(`no platform speaks ${protocol}`);
  return found;
}

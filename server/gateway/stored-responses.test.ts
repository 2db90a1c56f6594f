import { describe, expect, test } from 'vitest';
import { fakeClock } from '../testing/fake-clock.ts';
import { gatewayHarness, type HarnessOptions } from '../testing/gateway-harness.ts';
import { memoryResponses } from '../testing/memory-responses.ts';
import { answer, rawStream, scriptedUpstream, stream } from '../testing/scripted-upstream.ts';
import { client, heard, native, says, stored, theirs } from '../testing/stored-conversations.ts';

describe('a conversation that is kept here', () => {
  test('is sent whole to a platform that has no such thing', async () => {
    await using upstream = await scriptedUpstream(answer('One'), answer('Two'), answer('Three'));
    await using h = await gatewayHarness(upstream);
    const openai = client(h.url);
    const one = await openai.responses.create({ model: 'gpt-lab', input: 'first' });
    const two = await openai.responses.create({
      model: 'gpt-lab',
      input: [{ role: 'user', content: 'second' }],
      previous_response_id: one.id,
    });
    expect(two.previous_response_id).toBe(one.id);
    const three = await openai.responses.create({
      model: 'gpt-lab',
      input: 'third',
      previous_response_id: two.id,
    });
    expect(three.output_text).toBe('Three');
    expect(heard(upstream)).toEqual([
      ['user', 'first'],
      ['assistant', 'One'],
      ['user', 'second'],
      ['assistant', 'Two'],
      ['user', 'third'],
    ]);
    // Each keeps its own part only.
    expect(h.responses.saved.map(({ input }) => input.length)).toEqual([1, 1, 1]);
  });

  test('leaves the earlier instructions behind, as OpenAI does', async () => {
    await using upstream = await scriptedUpstream(answer('One'));
    await using h = await gatewayHarness(upstream);
    const openai = client(h.url);
    const one = await openai.responses.create({
      model: 'gpt-lab',
      instructions: 'Be brief.',
      input: 'first',
    });
    await openai.responses.create({ model: 'gpt-lab', input: 'x', previous_response_id: one.id });
    expect(JSON.stringify(heard(upstream))).not.toContain('Be brief.');
  });

  test('is kept from a stream, complete', async () => {
    await using upstream = await scriptedUpstream(stream(['Hel', 'lo']), answer());
    await using h = await gatewayHarness(upstream);
    const openai = client(h.url);
    const run = openai.responses.stream({ model: 'gpt-lab', input: 'first' });
    const { id, output_text } = await run.finalResponse();
    expect(output_text).toBe('Hello');
    expect(await openai.responses.retrieve(id)).toMatchObject({ id, output_text: 'Hello' });
    await openai.responses.create({ model: 'gpt-lab', input: 'x', previous_response_id: id });
    expect(heard(upstream)[1]).toEqual(['assistant', 'Hello']);
  });

  test('gives its items where a request refers to them', async () => {
    await using upstream = await scriptedUpstream(answer('One'), answer('Two'), answer('Three'));
    await using h = await gatewayHarness(upstream);
    const openai = client(h.url);
    const one = await openai.responses.create({ model: 'gpt-lab', input: 'first' });
    const reference = { type: 'item_reference' as const, id: one.output[0]?.id ?? '' };
    const two = await openai.responses.create({
      model: 'gpt-lab',
      input: [{ role: 'user', content: 'first' }, reference, { role: 'user', content: 'second' }],
    });
    const words = [
      ['user', 'first'],
      ['assistant', 'One'],
      ['user', 'second'],
    ];
    expect(heard(upstream)).toEqual(words);
    // What was referred to is part of what is kept.
    await openai.responses.create({
      model: 'gpt-lab',
      input: 'third',
      previous_response_id: two.id,
    });
    expect(heard(upstream)).toEqual([...words, ['assistant', 'Two'], ['user', 'third']]);
  });

  test('can go on at a platform that speaks Responses, as its own input', async () => {
    await using upstream = await scriptedUpstream(says(theirs()));
    await using h = await native(upstream);
    await h.responses.save(stored());
    const next = await client(h.url).responses.create({
      model: 'gpt-lab',
      input: 'next',
      previous_response_id: 'resp_planted',
    });
    expect(upstream.calls[0]?.json).not.toHaveProperty('previous_response_id');
    expect(upstream.calls[0]?.json?.['input']).toHaveLength(3);
    // From here on the platform has all of it.
    expect(h.responses.saved.at(-1)).toMatchObject({ id: next.id, heldBy: { accountId: 'a1' } });
  });

  test('leaves out reasoning that nobody has any more', async () => {
    await using upstream = await scriptedUpstream(says(theirs()));
    await using h = await native(upstream);
    const reasoning = { type: 'reasoning', id: 'rs_theirs', summary: [] };
    const sealed = { ...reasoning, id: 'rs_sealed', encrypted_content: 'c2VhbGVk' };
    h.responses.saved.push(stored({ answer: theirs({ output: [reasoning, sealed] }) }));
    await client(h.url).responses.create({
      model: 'gpt-lab',
      input: 'next',
      previous_response_id: 'resp_planted',
    });
    const input = upstream.calls[0]?.json?.['input'] as { id?: string }[];
    expect(input.map(({ id }) => id)).toEqual(['msg_in', 'rs_sealed', undefined]);
  });

  test.each([
    ['the client asks for that', { store: false }],
    ['its stream broke off', { store: true, stream: true, broken: true }],
  ])('is not kept when %s', async (_why, { broken, ...more }: Record<string, boolean>) => {
    const cut = rawStream(['data: {"choices":[{"delta":{"content":"He"}}]}\n\n'], { cut: true });
    await using upstream = await scriptedUpstream(broken ? cut : answer());
    await using h = await gatewayHarness(upstream);
    const res = await fetch(`${h.url}/responses`, {
      method: 'POST',
      headers: { authorization: 'Bearer gh-good' },
      body: JSON.stringify({ model: 'gpt-lab', input: 'x', ...more }),
    });
    await res.text();
    expect(h.responses.saved).toEqual([]);
  });

  test('an answer that could not be kept is given all the same, and the failure is told', async () => {
    await using upstream = await scriptedUpstream(answer('Good'));
    const responses = memoryResponses();
    responses.save = () => Promise.reject(new Error('disk full'));
    await using h = await gatewayHarness(upstream, { responses });
    const said = await client(h.url).responses.create({ model: 'gpt-lab', input: 'x' });
    expect(said.output_text).toBe('Good');
    expect(h.errors).toEqual([expect.objectContaining({ message: 'disk full' })]);
    expect(h.records[0]).toMatchObject({ outcome: 'ok' });
  });

  test('an answer does not wait for a slow database for ever', async () => {
    await using upstream = await scriptedUpstream(answer('Good'));
    const responses = memoryResponses();
    const saving = Promise.withResolvers<void>();
    responses.save = () => {
      saving.resolve();
      return new Promise(() => undefined);
    };
    const clock = fakeClock();
    await using h = await gatewayHarness(upstream, { responses, clock });
    const said = client(h.url).responses.create({ model: 'gpt-lab', input: 'x' });
    const arrived = said.then((whole) => whole);
    await saving.promise;
    clock.advance(5_000);
    expect((await arrived).output_text).toBe('Good');
    expect(h.errors).toEqual([expect.objectContaining({ code: 'storage_unavailable' })]);
  });

  test('chats are not kept', async () => {
    await using upstream = await scriptedUpstream(answer());
    await using h = await gatewayHarness(upstream);
    await (await h.chat({ model: 'gpt-lab', messages: [{ role: 'user', content: 'x' }] })).text();
    expect(h.responses.saved).toEqual([]);
  });
});

describe('a conversation that cannot go on', () => {
  const next = (url: string, previous_response_id = 'resp_planted') =>
    client(url).responses.create({ model: 'gpt-lab', input: 'next', previous_response_id });
  const notFound = { status: 400, code: 'previous_response_not_found' };
  const param = 'previous_response_id';

  test.each([
    ['unknown', 'resp_unknown', []],
    ['of another person', 'resp_planted', [stored({ userId: 'user-2' })]],
    ['without its beginning', 'resp_planted', [stored({ previousId: 'resp_deleted' })]],
    ['malformed', "resp_'; drop\u0000table", []],
  ])('one that is %s is not found', async (_what, id, saved) => {
    await using upstream = await scriptedUpstream(answer());
    await using h = await gatewayHarness(upstream);
    h.responses.saved.push(...saved);
    await expect(next(h.url, id)).rejects.toMatchObject({ ...notFound, param });
    expect(upstream.calls).toEqual([]);
  });

  test('one with a model that the key may not use is not found', async () => {
    await using upstream = await scriptedUpstream(answer());
    await using h = await gatewayHarness(upstream, { principal: { allowedModels: ['gpt-lab'] } });
    h.responses.saved.push(stored({ model: 'secret-model' }));
    await expect(next(h.url)).rejects.toMatchObject(notFound);
    const openai = client(h.url);
    await expect(openai.responses.retrieve('resp_planted')).rejects.toMatchObject({ status: 404 });
  });

  test('where nothing is kept, it says so, and answers do not claim otherwise', async () => {
    await using upstream = await scriptedUpstream(answer());
    await using h = await gatewayHarness(upstream, { responses: memoryResponses(false) });
    await expect(next(h.url)).rejects.toMatchObject({
      ...notFound,
      message: expect.stringContaining('RESPONSES_RETENTION_DAYS'),
    });
    const said = await client(h.url).responses.create({ model: 'gpt-lab', input: 'x' });
    expect(said).toMatchObject({ store: false });
  });

  test('one that a platform keeps is not told to another protocol', async () => {
    await using upstream = await scriptedUpstream(answer());
    await using h = await gatewayHarness(upstream);
    h.responses.saved.push(stored({ heldBy: { accountId: 'a1', platformId: 'lab' } }));
    await expect(next(h.url)).rejects.toMatchObject({
      status: 409,
      code: 'bound_elsewhere',
      param,
    });
    expect(upstream.calls).toEqual([]);
  });

  test('one whose beginning a platform keeps cannot be read here', async () => {
    await using upstream = await scriptedUpstream(answer());
    await using h = await gatewayHarness(upstream);
    const heldBy = { accountId: 'a1', platformId: 'lab' };
    h.responses.saved.push(
      stored({ id: 'resp_first', heldBy, answer: null, input: [] }),
      stored({ previousId: 'resp_first' }),
    );
    await expect(next(h.url)).rejects.toMatchObject({
      status: 409,
      code: 'bound_elsewhere',
      param,
    });
  });
});

describe('one response at a time', () => {
  async function ask(h: { url: string }, path: string, method = 'GET') {
    const headers = { authorization: 'Bearer gh-good' };
    const res = await fetch(`${h.url}/responses/${path}`, { method, headers });
    return { status: res.status, allow: res.headers.get('allow'), json: await res.json() };
  }

  test('is deleted', async () => {
    await using upstream = await scriptedUpstream(answer());
    await using h = await gatewayHarness(upstream);
    h.responses.saved.push(stored());
    expect(await ask(h, 'resp_planted', 'DELETE')).toMatchObject({
      status: 200,
      json: { id: 'resp_planted', object: 'response', deleted: true },
    });
    expect((await ask(h, 'resp_planted')).status).toBe(404);
  });

  test('lists its own input, newest first, a page at a time', async () => {
    await using upstream = await scriptedUpstream(answer());
    await using h = await gatewayHarness(upstream);
    const input = ['a', 'b', 'c'].map((id) => ({ id, type: 'message', role: 'user', content: [] }));
    h.responses.saved.push(stored({ input }));
    const ids = [];
    const pages = client(h.url).responses.inputItems.list('resp_planted', { limit: 2 });
    for await (const item of pages) ids.push(item.id);
    expect(ids).toEqual(['c', 'b', 'a']);
    const page = await ask(h, 'resp_planted/input_items?order=asc&after=a&limit=1');
    expect(page.json).toEqual({
      object: 'list',
      data: [input[1]],
      first_id: 'b',
      last_id: 'b',
      has_more: true,
    });
  });

  test.each([
    ['GET', 'resp_unknown', 404, 'not_found'],
    ['DELETE', 'resp_unknown', 404, 'not_found'],
    ['POST', 'resp_unknown/cancel', 404, 'not_found'],
    ['GET', 'resp_unknown/input_items', 404, 'not_found'],
    ['GET', 'resp_of-another', 404, 'not_found'],
    ['DELETE', 'resp_of-another', 404, 'not_found'],
    ['POST', 'resp_of-another/cancel', 404, 'not_found'],
    ['GET', 'resp_of-another/input_items', 404, 'not_found'],
    ['GET', '..%2Fmodels', 400, null],
    ['DELETE', 'resp_%00', 400, null],
    ['GET', `resp_${'x'.repeat(200)}`, 400, null],
    ['POST', 'resp%20x/cancel', 400, null],
    ['GET', '%/input_items', 400, null],
    ['POST', 'resp_planted', 405, 'method_not_allowed'],
    ['GET', 'resp_planted/cancel', 405, 'method_not_allowed'],
    ['DELETE', 'resp_planted/input_items', 405, 'method_not_allowed'],
    ['POST', 'resp_planted/cancel', 400, null],
    ['GET', 'resp_planted?stream=true', 400, null],
    ['GET', 'resp_planted/input_items?limit=0', 400, null],
    ['GET', 'resp_planted/input_items?limit=x', 400, null],
    ['GET', 'resp_planted/input_items?order=up', 400, null],
    ['GET', 'resp_planted/input_items?after=nobody', 400, null],
    ['GET', 'resp_planted/nothing', 404, 'not_found'],
  ])('%s %s is refused with %i', async (method, path, status, code) => {
    await using upstream = await scriptedUpstream(answer());
    await using h = await gatewayHarness(upstream);
    h.responses.saved.push(stored(), stored({ id: 'resp_of-another', userId: 'user-2' }));
    const said = await ask(h, path, method);
    expect(said).toMatchObject({
      status,
      json: { error: { code, type: 'invalid_request_error' } },
    });
    expect(h.responses.saved).toHaveLength(2);
    expect(h.errors).toEqual([]);
  });
});

test('a limit of tokens holds: what is answered in the background, uncounted, is refused', async () => {
  const limits = (tokensPerDay: number | null): HarnessOptions => ({
    principal: {
      rules:
        tokensPerDay === null
          ? []
          : [{ subject: 'user', id: 'user-1', metric: 'tokens-per-day', limit: tokensPerDay }],
    },
  });
  const queued = says(theirs({ status: 'queued', output: [], usage: null }));
  await using upstream = await scriptedUpstream(queued, queued);
  const asked = { model: 'gpt-lab', input: 'x', background: true };
  {
    await using h = await native(upstream, limits(1_000));
    await expect(client(h.url).responses.create(asked)).rejects.toMatchObject({
      status: 400,
      param: 'background',
    });
    expect(upstream.calls).toHaveLength(0);
    await client(h.url).responses.create({ ...asked, background: false });
  }
  await using h = await native(upstream, limits(null));
  expect((await client(h.url).responses.create(asked)).status).toBe('queued');
});

import { describe, expect, test } from 'vitest';
import { failure, raw, rawStream, scriptedUpstream } from '../testing/scripted-upstream.ts';
import { client, native, says, stored, theirs } from '../testing/stored-conversations.ts';

describe('a response that a platform keeps', () => {
  const heldBy = { accountId: 'a2', platformId: 'lab' };
  const held = stored({ id: 'resp_theirs1', heldBy, input: [], answer: null });

  test.each([
    ['whole', { stream: false }, ['msg_theirs1'], says(theirs())],
    ['not ready yet', { background: true }, [], says(theirs({ status: 'queued', output: [] }))],
    [
      'streamed',
      { stream: true },
      ['msg_theirs1'],
      rawStream([
        `event: response.created\ndata: ${JSON.stringify({ type: 'response.created', response: theirs({ status: 'in_progress', output: [] }) })}\n\n`,
        `event: response.completed\ndata: ${JSON.stringify({ type: 'response.completed', response: theirs() })}\n\n`,
      ]),
    ],
  ])('%s: only its id and its account are kept here', async (_what, more, items, respond) => {
    await using upstream = await scriptedUpstream(respond);
    await using h = await native(upstream);
    const res = await fetch(`${h.url}/responses`, {
      method: 'POST',
      headers: { authorization: 'Bearer gh-good' },
      body: JSON.stringify({ model: 'gpt-lab', input: 'x', ...more }),
    });
    expect(res.status).toBe(200);
    await res.text();
    expect(h.responses.saved).toEqual([
      {
        id: 'resp_theirs1',
        userId: 'user-1',
        model: 'gpt-lab',
        heldBy: { accountId: 'a1', platformId: 'lab' },
        previousId: null,
        input: [],
        answer: null,
        itemIds: items,
        createdAt: expect.any(Number),
      },
    ]);
  });

  test('is kept here when the platform says that it keeps nothing', async () => {
    await using upstream = await scriptedUpstream(says(theirs({ store: false })));
    await using h = await native(upstream);
    await client(h.url).responses.create({ model: 'gpt-lab', input: 'x' });
    expect(h.responses.saved).toMatchObject([{ heldBy: null, answer: { id: 'resp_theirs1' } }]);
  });

  test('is continued by the account that has it, as the request came', async () => {
    await using upstream = await scriptedUpstream(says(theirs({ id: 'resp_theirs2' })));
    await using h = await native(upstream, { accounts: ['a1', 'a2'] });
    h.responses.saved.push(held);
    await client(h.url).responses.create({
      model: 'gpt-lab',
      input: 'next',
      previous_response_id: held.id,
    });
    expect(upstream.calls[0]?.headers.authorization).toBe('Bearer secret-of-a2');
    expect(upstream.calls[0]?.json).toMatchObject({ previous_response_id: held.id, input: 'next' });
  });

  const refer = (...ids: string[]) => ({
    model: 'gpt-lab',
    input: [
      ...ids.map((id) => ({ type: 'item_reference' as const, id })),
      { role: 'user' as const, content: 'next' },
    ],
  });

  test('draws requests that refer to its items to the account that has them', async () => {
    await using upstream = await scriptedUpstream(says(theirs({ id: 'resp_theirs2' })));
    await using h = await native(upstream, { accounts: ['a1', 'a2'] });
    h.responses.saved.push({ ...held, itemIds: ['msg_theirs1'] });
    await client(h.url).responses.create(refer('msg_theirs1'));
    expect(upstream.calls[0]?.headers.authorization).toBe('Bearer secret-of-a2');
    expect(upstream.calls[0]?.json).toMatchObject({ input: [{ id: 'msg_theirs1' }, {}] });
  });

  test('whose items are referred to together with another account’s is refused', async () => {
    await using upstream = await scriptedUpstream(says(theirs()));
    await using h = await native(upstream, { accounts: ['a1', 'a2'] });
    const other = { accountId: 'a1', platformId: 'lab' };
    h.responses.saved.push(
      { ...held, itemIds: ['msg_a'] },
      { ...held, id: 'resp_theirs2', heldBy: other, itemIds: ['msg_b'] },
    );
    const going = client(h.url).responses.create(refer('msg_a', 'msg_b'));
    await expect(going).rejects.toMatchObject({ status: 409, code: 'bound_elsewhere' });
    expect(upstream.calls).toEqual([]);
  });

  test('is not continued when that account is gone', async () => {
    await using upstream = await scriptedUpstream(says(theirs()));
    await using h = await native(upstream, { accounts: ['a1'] });
    h.responses.saved.push(held);
    const going = client(h.url).responses.create({
      model: 'gpt-lab',
      input: 'next',
      previous_response_id: held.id,
    });
    await expect(going).rejects.toMatchObject({ status: 409, code: 'bound_elsewhere' });
    const reading = client(h.url).responses.retrieve(held.id);
    await expect(reading).rejects.toMatchObject({ status: 409, code: 'bound_elsewhere' });
    expect(upstream.calls).toEqual([]);
  });

  test('is read, listed, cancelled and deleted there', async () => {
    const list = { object: 'list', data: [], first_id: null, last_id: null, has_more: false };
    await using upstream = await scriptedUpstream(
      says(theirs()),
      says(list),
      says(theirs({ status: 'cancelled' })),
      says({ id: held.id, object: 'response.deleted', deleted: true }),
    );
    await using h = await native(upstream, { accounts: ['a1', 'a2'] });
    h.responses.saved.push(held);
    const openai = client(h.url);
    const include = ['reasoning.encrypted_content' as const];
    expect((await openai.responses.retrieve(held.id, { include })).output_text).toBe(
      'Hello from afar',
    );
    await openai.responses.inputItems.list(held.id, { limit: 5 });
    expect((await openai.responses.cancel(held.id)).status).toBe('cancelled');
    await openai.responses.delete(held.id);
    expect(upstream.calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /v1/responses/resp_theirs1?include%5B%5D=reasoning.encrypted_content',
      'GET /v1/responses/resp_theirs1/input_items?limit=5',
      'POST /v1/responses/resp_theirs1/cancel',
      'DELETE /v1/responses/resp_theirs1',
    ]);
    const keys = new Set(upstream.calls.map(({ headers }) => headers.authorization));
    expect([...keys]).toEqual(['Bearer secret-of-a2']);
    expect(h.responses.saved).toEqual([]);
    // Nothing stays reserved, no account stays busy.
    expect([h.held.size, h.busy.size, h.settled]).toEqual([0, 0, [0, 0, 0, 0]]);
  });

  test('hands out sealed reasoning with the mark of the account that can read it', async () => {
    const reasoning = { id: 'rs_1', type: 'reasoning', summary: [], encrypted_content: 'c2VhbGVk' };
    await using upstream = await scriptedUpstream(says(theirs({ output: [reasoning] })));
    await using h = await native(upstream, { accounts: ['a2'] });
    h.responses.saved.push(held);
    const { output } = await client(h.url).responses.retrieve(held.id);
    expect(output).toMatchObject([
      { encrypted_content: expect.stringMatching(/^ghSo.{8}c2VhbGVk$/) },
    ]);
  });

  test.each([
    ['does not know it', failure(404), 404, 'not_found', 'ok'],
    ['refuses', failure(400), 400, 'upstream_refused', 'neutral'],
    ['limits', failure(429), 429, 'upstream_rate_limited', 'rate_limited'],
    ['fails', failure(500), 502, 'upstream_failed', 'failed'],
    ['says no JSON', raw(200, 'text/html', '<html>'), 502, 'upstream_failed', 'failed'],
  ])('says what went wrong when the platform %s', async (_what, respond, status, code, outcome) => {
    await using upstream = await scriptedUpstream(respond);
    await using h = await native(upstream, { accounts: ['a2'] });
    h.responses.saved.push(held);
    await expect(client(h.url).responses.retrieve(held.id)).rejects.toMatchObject({ status, code });
    expect(h.outcomes).toEqual([['a2', outcome]]);
    expect(h.responses.saved).toEqual([held]);
  });

  test('is forgotten here too when it was deleted at the platform before', async () => {
    await using upstream = await scriptedUpstream(failure(404));
    await using h = await native(upstream, { accounts: ['a2'] });
    h.responses.saved.push(held);
    await client(h.url).responses.delete(held.id);
    expect(h.responses.saved).toEqual([]);
  });
});

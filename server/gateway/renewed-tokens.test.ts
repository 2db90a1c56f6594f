import { expect, test } from 'vitest';
import { ask, gatewayHarness } from '#server/testing/gateway-harness.ts';
import { type Respond, scriptedUpstream } from '#server/testing/scripted-upstream.ts';
import type { Target } from './ports.ts';

const refusesOld: Respond = (call, res) => {
  const isNew = call.headers.authorization === 'Bearer at-new';
  res.writeHead(isNew ? 200 : 401, { 'content-type': 'application/json' });
  res.end(
    JSON.stringify(
      isNew
        ? {
            id: 'c1',
            object: 'chat.completion',
            choices: [
              { index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' },
            ],
          }
        : { error: { message: 'token expired', code: 'invalid_api_key' } },
    ),
  );
};

/** A pool whose accounts get another token, or none. */
async function asked(renewed: string | null) {
  await using upstream = await scriptedUpstream(refusesOld);
  const outcomes: [string, string][] = [];
  let renewals = 0;
  await using h = await gatewayHarness(upstream, {
    pool: {
      consider: () => ({ candidates: ['a1', 'a2'].map(candidate), skipped: [] }),
      take: async (chosen) => ({ ...chosen, secret: 'at-old', options: {}, proxyId: null }),
      renew: async (target: Target) => {
        renewals += 1;
        if (renewed !== null) target.secret = renewed;
        return renewed !== null;
      },
      answering: () => undefined,
      finish: ({ accountId }, { kind }) => void outcomes.push([accountId, kind]),
    },
  });
  const res = await h.chat(ask());
  await res.text();
  return { status: res.status, calls: upstream.calls.length, outcomes, renewals };
}

const candidate = (accountId: string, index: number) => ({
  ...{ accountId, platformId: 'lab', upstreamModel: 'tiny', weight: 1, priority: index },
  ...{ own: index === 0, busy: 0, most: null, remaining: 1, probing: false, leaned: false },
  place: index,
});

test('an account whose token ended gets a new one and answers, before another is asked', async () => {
  expect(await asked('at-new')).toEqual({
    ...{ status: 200, calls: 2, renewals: 1, outcomes: [['a1', 'ok']] },
  });
});

test('a new token that is refused too is not renewed again: another account is asked', async () => {
  const { calls, outcomes, renewals } = await asked('at-bad');
  expect([calls, renewals]).toEqual([4, 2]);
  expect(outcomes).toEqual([
    ['a1', 'unauthorised'],
    ['a2', 'unauthorised'],
  ]);
});

test('without a new token the next account is asked at once', async () => {
  expect(await asked(null)).toMatchObject({ calls: 2, renewals: 2 });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codesIn, judgeFailure } from './judge-failure.ts';
import { BUILT_IN } from './registry.ts';

const NOW = Date.UTC(2026, 0, 1, 12);

function judge(
  platform: string | null,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
) {
  const declared = BUILT_IN.find(({ id }) => id === platform);
  const error = (Array.isArray(body) ? body[0] : body) as { error?: { message?: string } };
  const message = error?.error?.message ?? (typeof body === 'string' ? body : '');
  return judgeFailure(declared, { status, codes: codesIn(body), message, body, headers }, NOW);
}

const says = (message: string, more: object = {}) => ({ error: { message, ...more } });
const google = (status: string, details: object[] = []) => ({
  error: { code: 429, message: 'You exceeded your current quota', status, details },
});
const violation = (quotaId: string) => ({
  '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
  violations: [{ quotaId }],
});

// Written after the platforms' own pages, which their declarations name.
test.each<[string, string | null, number, unknown, string, string?]>([
  ['nothing but a 401', null, 401, {}, 'credential'],
  ['nothing but a 402', null, 402, {}, 'quota'],
  ['nothing but a 403', null, 403, says('tier'), 'request'],
  ['nothing but a 404', null, 404, {}, 'request'],
  ['nothing but a 408', null, 408, {}, 'server'],
  ['nothing but a 429', null, 429, {}, 'burst'],
  ['nothing but a 529', null, 529, {}, 'server'],
  ['a suspended account', null, 403, says('Your account has been suspended.'), 'forbidden'],
  ['words of a quota within', null, 400, says('Unknown value: "insufficient quota"'), 'request'],
  ['words of a quota first', null, 400, says('Insufficient balance'), 'quota'],
  ['an empty purse', 'openai', 429, says('You exceeded', { code: 'insufficient_quota' }), 'quota'],
  [
    'too much',
    'openai',
    429,
    says('Rate limit', { code: 'rate_limit_exceeded' }),
    'burst',
    'model',
  ],
  [
    'too much a day',
    'openai',
    429,
    says('Rate limit reached for m on requests per day (RPD)', { code: 'rate_limit_exceeded' }),
    'quota',
    'model',
  ],
  ['switched off', 'openai', 401, says('x', { code: 'account_deactivated' }), 'forbidden'],
  ['a dead key', 'openai', 401, says('x', { code: 'invalid_api_key' }), 'credential'],
  [
    'from a land that is barred',
    'openai',
    403,
    says('x', { code: 'unsupported_country_region_territory' }),
    'forbidden',
  ],
  ['no credit', 'claude', 400, says('Your credit balance is too low to access the API.'), 'quota'],
  ['switched off', 'claude', 400, says('This organization has been disabled.'), 'forbidden'],
  ['a bad request', 'claude', 400, says('messages: Your credit balance is too low'), 'request'],
  ['too much', 'claude', 429, says('x', { type: 'rate_limit_error' }), 'burst'],
  ['overloaded', 'claude', 529, says('x', { type: 'overloaded_error' }), 'server'],
  [
    'a day',
    'gemini',
    429,
    google('RESOURCE_EXHAUSTED', [violation('GenerateRequestsPerDayPerProjectPerModel-FreeTier')]),
    'quota',
    'model',
  ],
  [
    'a minute',
    'gemini',
    429,
    google('RESOURCE_EXHAUSTED', [violation('GenerateRequestsPerMinutePerProjectPerModel')]),
    'burst',
    'model',
  ],
  [
    'a dead key',
    'gemini',
    400,
    [google('INVALID_ARGUMENT', [{ reason: 'API_KEY_INVALID' }])],
    'credential',
  ],
  ['in arrears', 'qwen', 400, says('x', { code: 'Arrearage' }), 'quota'],
  ['tokens in a minute', 'qwen', 429, says('x', { code: 'insufficient_quota' }), 'burst', 'model'],
  ['requests', 'qwen', 429, says('x', { code: 'Throttling.RateQuota' }), 'burst', 'model'],
  ['in arrears', 'zhipu', 429, says('x', { code: '1113' }), 'quota'],
  ['calls at once', 'zhipu', 429, says('x', { code: '1302' }), 'burst'],
  ['calls of a day', 'zhipu', 429, says('x', { code: 1304 }), 'quota', 'model'],
  ['locked', 'zhipu', 429, says('x', { code: '1121' }), 'forbidden'],
  ['in arrears', 'doubao', 403, says('x', { code: 'AccountOverdueError' }), 'quota'],
  ['no access', 'doubao', 403, says('x', { code: 'AccessDenied' }), 'request'],
  [
    'rate',
    'doubao',
    429,
    says('x', { code: 'RateLimitExceeded.EndpointRPMExceeded' }),
    'burst',
    'model',
  ],
  ['a trial', 'doubao', 429, says('x', { code: 'QuotaExceeded' }), 'quota', 'model'],
  ['a model', 'baidu', 401, says('x', { code: 'invalid_model' }), 'request'],
  ['a dead key', 'baidu', 401, says('x', { code: 'invalid_iam_token' }), 'credential'],
  ['rate in a 200', 'baidu', 200, { code: 'rpm_rate_limit_exceeded' }, 'burst', 'model'],
  ['the day', 'baidu', 200, { error_code: 17 }, 'quota'],
  ['the day', 'spark', 200, { code: 11201 }, 'quota'],
  ['the second', 'spark-x', 429, says('x', { code: '11202' }), 'burst'],
  ['in a header', 'spark', 200, { header: { code: 10015 } }, 'forbidden'],
])('%s at %s, %d', (_name, platform, status, body, kind, scope = 'account') => {
  expect(judge(platform, status, body)).toMatchObject({ kind, scope });
});

describe('when it may be asked again', () => {
  test.each<[string, Record<string, string>, number | null]>([
    ['is not said', {}, null],
    ['in seconds', { 'retry-after': '7' }, NOW + 7_000],
    ['as a date', { 'retry-after': 'Thu, 01 Jan 2026 12:01:00 GMT' }, NOW + 60_000],
    ['in milliseconds', { 'retry-after-ms': '250', 'retry-after': '1' }, NOW + 250],
    ['a day at most', { 'retry-after': '999999' }, NOW + 86_400_000],
    [
      'by what is used up',
      { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '6m0s' },
      NOW + 360_000,
    ],
  ])('%s', (_name, headers, at) => {
    expect(judge(null, 429, {}, headers).returnsAt).toBe(at);
  });

  test('by the delay that Google names, and by its midnight', () => {
    const soon = google('RESOURCE_EXHAUSTED', [{ retryDelay: '20.5s' }]);
    expect(judge('gemini', 429, soon).returnsAt).toBe(NOW + 20_500);
    const day = google('RESOURCE_EXHAUSTED', [violation('RequestsPerDay')]);
    expect(judge('gemini', 429, day).returnsAt).toBe(Date.UTC(2026, 0, 2, 8));
  });

  test('by the day that Anthropic names', () => {
    const words =
      'You have reached your specified API usage limits. You will regain access on 2026-02-01 at 00:00 UTC.';
    expect(judge('claude', 400, says(words))).toMatchObject({
      kind: 'quota',
      returnsAt: Date.UTC(2026, 1, 1),
    });
  });
});

test('any body is judged', () => {
  const status = fc.constantFrom(200, 400, 401, 403, 429, 500);
  fc.assert(
    fc.property(fc.constantFrom(...BUILT_IN), status, fc.jsonValue(), (platform, code, body) => {
      const failure = { status: code, codes: codesIn(body), message: '', body, headers: {} };
      expect(judgeFailure(platform, failure, NOW).kind).toBeTypeOf('string');
    }),
  );
});

import { expect, test } from 'vitest';
import { AppError } from '#shared/errors.ts';
import { anthropicMessages } from './index.ts';
import { anthropicModel, anthropicModels } from './models-list.ts';

// Source: https://platform.claude.com/docs/en/api/errors
test.each([
  ['bad_request', 'invalid_request_error'],
  ['key_invalid', 'authentication_error'],
  ['model_not_allowed', 'permission_error'],
  ['model_not_found', 'not_found_error'],
  ['bound_elsewhere', 'invalid_request_error'],
  ['body_too_large', 'request_too_large'],
  ['rate_limited', 'rate_limit_error'],
  ['no_account', 'overloaded_error'],
  ['upstream_timeout', 'timeout_error'],
  ['upstream_failed', 'api_error'],
  ['internal', 'api_error'],
] as const)('the error %s is an %s', (code, type) => {
  const body = { type: 'error', error: { type, message: 'm' }, request_id: 'r' };
  const error = new AppError(code, 'm');
  expect(anthropicMessages.errorBody(error, 'r')).toEqual(body);
  const frame = anthropicMessages.errorFrame(error, 'r');
  expect([frame.event, JSON.parse(frame.data)]).toEqual(['error', body]);
  expect(anthropicMessages.readError(Buffer.from(frame.data))).toBe('m');
});

test('the client’s version and beta go along, the version is never missing', () => {
  expect(anthropicMessages.headers(null)).toEqual({ 'anthropic-version': '2023-06-01' });
  expect(
    anthropicMessages.headers({
      'anthropic-version': '2099-01-01',
      'anthropic-beta': ['a', 'b'],
      'x-api-key': 'secret',
    } as never),
  ).toEqual({ 'anthropic-version': '2099-01-01', 'anthropic-beta': 'a,b' });
});

const models = ['a', 'b', 'c', 'd'].map((name, index) => ({ name, createdAt: index }));
const page = (query: string) => {
  const { data, ...rest } = anthropicModels(models, new URLSearchParams(query));
  return { ids: data.map(({ id }) => id).join(''), ...rest };
};

test('models are listed by pages, the newest first', () => {
  expect(anthropicModel({ name: 'm', createdAt: 1_700_000_000 })).toEqual({
    type: 'model',
    id: 'm',
    display_name: 'm',
    created_at: '2023-11-14T22:13:20.000Z',
  });
  expect(page('')).toEqual({ ids: 'dcba', has_more: false, first_id: 'd', last_id: 'a' });
  expect(page('limit=2')).toEqual({ ids: 'dc', has_more: true, first_id: 'd', last_id: 'c' });
  expect(page('limit=2&after_id=c')).toMatchObject({ ids: 'ba', has_more: false });
  expect(page('limit=2&before_id=a')).toMatchObject({ ids: 'cb', has_more: true });
  expect(page('limit=9&before_id=c')).toMatchObject({ ids: 'd', has_more: false });
  expect(page('after_id=a')).toEqual({ ids: '', has_more: false, first_id: null, last_id: null });
});

test.each(['limit=0', 'limit=1001', 'limit=x', 'after_id=z'])('%s is refused', (query) => {
  expect(() => page(query)).toThrow(expect.objectContaining({ code: 'bad_request' }));
});

/** What a caller holds. Cookies come with the page's origin, as browsers send it. */
export const CALLERS = [
  'nothing',
  'an unknown key',
  'a key',
  'a key for other models',
  'a revoked key',
  'an expired key',
  'a disabled person’s key',
  'a member’s cookie',
  'an admin’s cookie',
  'a cookie from another site',
  'a disabled person’s cookie',
  'an ended session’s cookie',
] as const;
export type Caller = (typeof CALLERS)[number];

type Answer = 'ok' | (string & {});

/** Where the door's routes are mounted, and what each caller gets from any of them. */
export const DOORS: Readonly<Record<string, Readonly<Record<Caller, Answer>>>> = {
  '/v1': {
    nothing: 'key_missing',
    'an unknown key': 'invalid_api_key',
    'a key': 'ok',
    'a key for other models': 'not its model',
    'a revoked key': 'invalid_api_key',
    'an expired key': 'invalid_api_key',
    'a disabled person’s key': 'user_disabled',
    'a member’s cookie': 'key_missing',
    'an admin’s cookie': 'key_missing',
    'a cookie from another site': 'key_missing',
    'a disabled person’s cookie': 'key_missing',
    'an ended session’s cookie': 'key_missing',
  },
  '/playground/v1': {
    nothing: 'not_signed_in',
    'an unknown key': 'not_signed_in',
    'a key': 'not_signed_in',
    'a key for other models': 'not_signed_in',
    'a revoked key': 'not_signed_in',
    'an expired key': 'not_signed_in',
    'a disabled person’s key': 'not_signed_in',
    'a member’s cookie': 'ok',
    'an admin’s cookie': 'ok',
    'a cookie from another site': 'wrong_origin',
    'a disabled person’s cookie': 'not_signed_in',
    'an ended session’s cookie': 'not_signed_in',
  },
};

/**
 * The routes behind every door; a new one without a row fails the test that lists them. `answer` is
 * what whoever is let in gets, where that is not `ok`.
 */
export const DOOR_ROUTES = [
  { path: '/models', method: 'get', ask: '/models' },
  { path: '/models/*model', method: 'get', ask: '/models/sandbox-echo' },
  { path: '/responses/:id', method: 'get', ask: '/responses/resp_no', answer: 'not_found' },
  { path: '/responses/:id', method: 'delete', ask: '/responses/resp_no', answer: 'not_found' },
  {
    path: '/responses/:id/cancel',
    method: 'post',
    ask: '/responses/resp_no/cancel',
    answer: 'not_found',
  },
  {
    path: '/responses/:id/input_items',
    method: 'get',
    ask: '/responses/resp_no/input_items',
    answer: 'not_found',
  },
  { path: '/chat/completions', method: 'post', ask: '/chat/completions' },
] as const;

/**
 * What a key that is allowed other models only gets: each route says it in its own way, none tells
 * more than that.
 */
export const NOT_ITS_MODEL: Readonly<Record<(typeof DOOR_ROUTES)[number]['path'], Answer>> = {
  '/models': 'ok',
  '/models/*model': 'model_not_found',
  '/responses/:id': 'not_found',
  '/responses/:id/cancel': 'not_found',
  '/responses/:id/input_items': 'not_found',
  '/chat/completions': 'model_not_allowed',
};

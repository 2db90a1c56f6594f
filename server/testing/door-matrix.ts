/** What a caller holds. Cookies come with the page's origin, as browsers send it. */
export const CALLERS = [
  'nothing',
  'an unknown key',
  'a key',
  'a key for other models',
  'a revoked key',
  'an expired key',
  'a key switched off',
  'a secret that was replaced',
  'a key for other uses',
  'a key for other addresses',
  'a disabled person’s key',
  'a silenced person’s key',
  'a member’s cookie',
  'an admin’s cookie',
  'a cookie from another site',
  'a disabled person’s cookie',
  'a silenced person’s cookie',
  'an ended session’s cookie',
] as const;
export type Caller = (typeof CALLERS)[number];

type Answer = 'ok' | (string & {});

/** A door that lets keys in, and no cookie. */
const BY_KEY: Readonly<Record<Caller, Answer>> = {
  nothing: 'key_missing',
  'an unknown key': 'invalid_api_key',
  'a key': 'ok',
  'a key for other models': 'not its model',
  'a revoked key': 'invalid_api_key',
  'an expired key': 'invalid_api_key',
  'a key switched off': 'invalid_api_key',
  'a secret that was replaced': 'invalid_api_key',
  'a key for other uses': 'scope_missing',
  'a key for other addresses': 'address_not_allowed',
  'a disabled person’s key': 'user_disabled',
  'a silenced person’s key': 'user_silenced',
  'a member’s cookie': 'key_missing',
  'an admin’s cookie': 'key_missing',
  'a cookie from another site': 'key_missing',
  'a disabled person’s cookie': 'key_missing',
  'a silenced person’s cookie': 'key_missing',
  'an ended session’s cookie': 'key_missing',
};

/** Where the door's routes are mounted, and what each caller gets from any of them. */
export const DOORS: Readonly<Record<string, Readonly<Record<Caller, Answer>>>> = {
  // There is no platform of that name, and so nothing behind its door.
  '/v1/kiro': {
    ...BY_KEY,
    'a key': 'not_found',
    'a key for other models': 'not_found',
    'a key for other uses': 'not_found',
  },
  '/v1': BY_KEY,
  '/v1beta': BY_KEY,
  '/playground/v1': {
    nothing: 'not_signed_in',
    'an unknown key': 'not_signed_in',
    'a key': 'not_signed_in',
    'a key for other models': 'not_signed_in',
    'a revoked key': 'not_signed_in',
    'an expired key': 'not_signed_in',
    'a key switched off': 'not_signed_in',
    'a secret that was replaced': 'not_signed_in',
    'a key for other uses': 'not_signed_in',
    'a key for other addresses': 'not_signed_in',
    'a disabled person’s key': 'not_signed_in',
    'a silenced person’s key': 'not_signed_in',
    'a member’s cookie': 'ok',
    'an admin’s cookie': 'ok',
    'a cookie from another site': 'wrong_origin',
    'a disabled person’s cookie': 'not_signed_in',
    'a silenced person’s cookie': 'user_silenced',
    'an ended session’s cookie': 'not_signed_in',
  },
};

/** A body that every caller sends; `model` is the only one there is. */
const MODEL = 'sandbox-echo';
const CHAT = { model: MODEL, messages: [{ role: 'user', content: 'hello' }] };
const CONTENTS = { contents: [{ role: 'user', parts: [{ text: 'hello' }] }] };
const GEMINI_PATH = '/^\\/models\\/(.+):(\\w+)$/';

export type DoorRoute = {
  /** As the router has it. */
  path: string;
  method: 'get' | 'post' | 'delete';
  /** What is asked of it. */
  ask: string;
  body?: object;
  /** Whether the body is sent as a form, with a file in it. */
  form?: true;
  /** What whoever is let in gets, where that is not `ok`. */
  answer?: Answer;
  /** What a key gets that is allowed other models only; as little as it can be told. */
  narrow: Answer;
  /** Where errors are not in OpenAI's words: only the status is compared. */
  dialect?: 'anthropic' | 'gemini';
};

const stored = (method: DoorRoute['method'], rest = ''): DoorRoute => ({
  path: `/responses/:id${rest}`,
  method,
  ask: `/responses/resp_no${rest}`,
  answer: 'not_found',
  narrow: 'not_found',
});

const posted = (path: string, body: object, more: Partial<DoorRoute> = {}): DoorRoute => ({
  path,
  method: 'post',
  ask: path,
  body,
  narrow: 'model_not_allowed',
  ...more,
});

/** The sandbox offers chats only. */
const forwarded = (path: string, body: object): DoorRoute =>
  posted(path, { model: MODEL, ...body }, { answer: 'not_offered' });

const GEMINI_ACTION: DoorRoute = {
  path: GEMINI_PATH,
  method: 'post',
  ask: `/models/${MODEL}:generateContent`,
  body: CONTENTS,
  narrow: 'model_not_allowed',
  dialect: 'gemini',
};

const V1_ROUTES: readonly DoorRoute[] = [
  GEMINI_ACTION,
  { path: '/models', method: 'get', ask: '/models', narrow: 'ok' },
  { path: '/models/*model', method: 'get', ask: `/models/${MODEL}`, narrow: 'model_not_found' },
  stored('get'),
  stored('delete'),
  stored('post', '/cancel'),
  stored('get', '/input_items'),
  posted('/chat/completions', CHAT),
  posted('/completions', { model: MODEL, prompt: 'hello' }),
  posted('/responses', { model: MODEL, input: 'hello' }),
  posted('/messages', { ...CHAT, max_tokens: 50 }, { dialect: 'anthropic' }),
  posted('/messages/count_tokens', CHAT, { dialect: 'anthropic' }),
  forwarded('/embeddings', { input: 'hello' }),
  forwarded('/images/generations', { prompt: 'hello' }),
  forwarded('/audio/speech', { input: 'hello', voice: 'alloy' }),
  { ...forwarded('/audio/transcriptions', {}), form: true },
  { ...forwarded('/audio/translations', {}), form: true },
  forwarded('/rerank', { query: 'hello', documents: ['hello'] }),
];

const GEMINI_ROUTES: readonly DoorRoute[] = [
  GEMINI_ACTION,
  { path: '/models', method: 'get', ask: '/models', narrow: 'ok', dialect: 'gemini' },
  {
    path: '/models/*model',
    method: 'get',
    ask: `/models/${MODEL}`,
    narrow: 'model_not_found',
    dialect: 'gemini',
  },
];

/** The routes behind each door, in the order of the router; a new one without a row fails a test. */
export const DOOR_ROUTES: Readonly<Record<string, readonly DoorRoute[]>> = {
  '/v1/kiro': V1_ROUTES,
  '/v1': V1_ROUTES,
  '/v1beta': GEMINI_ROUTES,
  '/playground/v1': V1_ROUTES,
};

/** The status that goes with an answer, for dialects with other words. */
export const STATUS: Readonly<Record<string, number>> = {
  ok: 200,
  key_missing: 401,
  invalid_api_key: 401,
  not_signed_in: 401,
  user_disabled: 403,
  user_silenced: 403,
  wrong_origin: 403,
  model_not_allowed: 403,
  scope_missing: 403,
  address_not_allowed: 403,
  model_not_found: 404,
  not_found: 404,
};

const HIDDEN = '[hidden]';
const MAX_DEPTH = 6;
const MAX_ITEMS = 100;
const MAX_TEXT = 32_768;

const SECRET_NAMES = new Set([
  'authorization',
  'proxyauthorization',
  'cookie',
  'cookies',
  'setcookie',
  'credential',
  'credentials',
  'passphrase',
]);
const SECRET_ENDINGS = ['password', 'passwd', 'secret', 'secrets', 'token', 'apikey', 'masterkey'];

/** Whether a field of this name holds a secret: `x-api-key`, `refresh_token`, `setupToken`, … */
function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replaceAll(/[-_.\s]/g, '');
  return SECRET_NAMES.has(plain) || SECRET_ENDINGS.some((ending) => plain.endsWith(ending));
}

// NOTE: texts may come from outside, so no pattern may look at the same run of characters from many
// starts: every part before a fixed word is bounded.
const QUERY_SECRET =
  /([?&#;\s](?:key|api[-_]?key|[a-z_]{0,30}token|[a-z_]{0,30}secret|password|code|sig|signature)=)[^&\s"'<>]+/gi;
const QUOTED_SECRET =
  /((?:token|secret|password|api[-_]?key|authorization|cookie)\\?["']?\s{0,3}[:=]\s{0,3}\\?["'])[^"'\\]+/gi;
const AUTH_SCHEME = /\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi;
const URL_CREDENTIALS = /(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/@"']+@/gi;
const KEY_LIKE = /\b(?:sk|rk|pk|gh|gh[a-z])[-_][\w-]{16,}|\bAIza[\w-]{20,}/g;

/** Hides what looks like a secret inside running text: URL queries and log-ins, JSON fields, auth schemes, keys. */
export function scrubText(text: string): string {
  const shown = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}… [cut]` : text;
  return shown
    .replaceAll(QUERY_SECRET, `$1${HIDDEN}`)
    .replaceAll(QUOTED_SECRET, `$1${HIDDEN}`)
    .replaceAll(AUTH_SCHEME, `$1 ${HIDDEN}`)
    .replaceAll(URL_CREDENTIALS, `$1${HIDDEN}@`)
    .replaceAll(KEY_LIKE, HIDDEN);
}

/**
 * A copy of a value that may be logged: fields with secret names are hidden at every depth, texts are
 * scrubbed, errors become plain objects with their causes, and foreign class instances (sockets,
 * clients) only their name, because nobody has said what they carry.
 */
export function redact(value: unknown, depth = 0): unknown {
  if (typeof value === 'string') return scrubText(value);
  if (typeof value === 'bigint') return value.toString();
  if (!isObject(value)) return value;
  if (depth >= MAX_DEPTH) return '[deep]';
  if (value instanceof Error) return redactError(value, depth);
  if (Array.isArray(value)) {
    return value.slice(0, MAX_ITEMS).map((item) => redact(item, depth + 1));
  }
  if (value instanceof Date) return value;
  if (value instanceof URL) return scrubText(value.href);
  if (isRequestLike(value)) {
    return redactFields({ method: value.method, url: value.url, headers: value.headers }, depth);
  }
  const proto: unknown = Object.getPrototypeOf(value);
  if (proto === Object.prototype || proto === null) return redactFields(value, depth);
  return `[${value.constructor?.name ?? 'object'}]`;
}

function redactFields(fields: object, depth: number): object {
  const copy: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(fields).slice(0, MAX_ITEMS)) {
    copy[name] = holdsSecret(name, value) ? HIDDEN : redact(value, depth + 1);
  }
  return copy;
}

// Counts and flags are not secrets (`usesPassword: true`, `token: 12`), and they are worth reading.
function holdsSecret(name: string, value: unknown): boolean {
  if (Array.isArray(value)) return isSecretName(name) || isSecretName(name.replace(/s$/, ''));
  return isSecretName(name) && (typeof value === 'string' || isObject(value));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function redactError(error: Error, depth: number): object {
  const { name, message, stack, cause } = error;
  return {
    type: name,
    message: scrubText(message),
    ...(stack === undefined ? {} : { stack: scrubText(stack) }),
    ...redactFields({ ...error }, depth),
    ...(cause === undefined ? {} : { cause: redact(cause, depth + 1) }),
  };
}

function isRequestLike(value: object): value is { method: string; url: string; headers: object } {
  return 'method' in value && 'url' in value && 'headers' in value && 'socket' in value;
}

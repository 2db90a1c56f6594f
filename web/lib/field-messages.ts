import i18next from 'i18next';
import { z } from 'zod';

/** Sentences that shared/schemas give by hand, in English only, and where their translation is. */
const KNOWN = {
  'at least 10 characters': () => i18next.t('fields:tooShort', { n: 10 }),
  'six digits': () => i18next.t('fields:sixDigits'),
  'sixteen letters and digits': () => i18next.t('fields:recoveryCode'),
  'an e-mail address, like ada@example.com': () => i18next.t('fields:email'),
  'a domain, like example.com': () => i18next.t('fields:domain'),
  'must be confirmed where only some domains may come in': () => i18next.t('fields:confirmed'),
  'at most 72 bytes': () => i18next.t('fields:passwordLong'),
  'lower case letters, digits, and . _ @ - only': () => i18next.t('fields:username'),
  'lower case letters, digits and dashes': () => i18next.t('fields:platformId'),
  'letters, digits and . _ : / @ + - only': () => i18next.t('fields:modelName'),
  'is needed': () => i18next.t('fields:required'),
  'names with dots between, e.g. user.name': () => i18next.t('fields:fieldPath'),
  'names with dots between, e.g. account.plan': () => i18next.t('fields:fieldPath'),
  'the id of a role: lower case letters, digits and dashes': () => i18next.t('fields:roleId'),
  'http://, https:// or socks5://, then host and port': () => i18next.t('fields:proxyUrl'),
  'a whole address without "#", e.g. http://localhost:1455/auth/callback': () =>
    i18next.t('fields:redirectUri'),
  'letters, digits, and . _ - only': () => i18next.t('fields:parameterName'),
  'at most 20': () => i18next.t('fields:parameterCount'),
  'client_id, scope, state and their kin are set by Gatehouse itself': () =>
    i18next.t('fields:ownParameter'),
  'a key has no spaces and only plain characters': () => i18next.t('fields:upstreamKey'),
} satisfies Record<string, () => string>;

function isKnown(message: string): message is keyof typeof KNOWN {
  return Object.hasOwn(KNOWN, message);
}

/** The message of a schema in the reader's language, where it has a translation. */
export function fieldMessage(message: string): string {
  return isKnown(message) ? KNOWN[message]() : message;
}

function tooSmall(issue: z.core.$ZodRawIssue<z.core.$ZodIssueTooSmall>): string {
  const n = Number(issue.minimum);
  if (issue.origin === 'string') {
    return n <= 1 ? i18next.t('fields:required') : i18next.t('fields:tooShort', { n });
  }
  return issue.origin === 'array'
    ? i18next.t('fields:tooFew', { n })
    : i18next.t('fields:tooSmall', { n });
}

function tooBig(issue: z.core.$ZodRawIssue<z.core.$ZodIssueTooBig>): string {
  const n = Number(issue.maximum);
  if (issue.origin === 'string') return i18next.t('fields:tooLong', { n });
  return issue.origin === 'array'
    ? i18next.t('fields:tooMany', { n })
    : i18next.t('fields:tooBig', { n });
}

function wrongType(issue: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidType>): string {
  if (issue.input === undefined || issue.input === null || issue.input === '') {
    return i18next.t('fields:required');
  }
  if (issue.expected === 'int') return i18next.t('fields:wholeNumber');
  return issue.expected === 'number' ? i18next.t('fields:number') : i18next.t('fields:invalid');
}

function wrongFormat(format: string): string {
  if (format === 'url') return i18next.t('fields:url');
  return format === 'datetime' ? i18next.t('fields:date') : i18next.t('fields:invalid');
}

/** Makes every schema check in the browser speak the reader's language. Call once at start. */
export function translateFieldMessages(): void {
  z.config({
    customError(issue) {
      switch (issue.code) {
        case 'too_small':
          return tooSmall(issue);
        case 'too_big':
          return tooBig(issue);
        case 'invalid_type':
          return wrongType(issue);
        case 'invalid_format':
          return wrongFormat(issue.format);
        default:
          return i18next.t('fields:invalid');
      }
    },
  });
}

import { describe, expect, test } from 'vitest';
import { ERRORS } from '#shared/errors.ts';
import { en } from './en/index.ts';
import { preferredLanguage } from './index.ts';
import { zh } from './zh/index.ts';

type Tree = { readonly [key: string]: string | Tree };

function leaves(tree: Tree, path = ''): [path: string, text: string][] {
  return Object.entries(tree).flatMap(([key, value]) => {
    const at = path ? `${path}.${key}` : key;
    return typeof value === 'string' ? [[at, value] as [string, string]] : leaves(value, at);
  });
}

const english = new Map(leaves(en));
const chinese = new Map(leaves(zh));

/** Names that are the same in every language. */
const SAME = new Set(['common.appName']);

function placeholders(text: string): string[] {
  return [...text.matchAll(/\{\{\s*(\w+)/g)].map((match) => match[1] ?? '').sort();
}

describe('the two languages', () => {
  test('have the same keys; Chinese without singular forms', () => {
    const expected = [...english.keys()].filter((key) => !key.endsWith('_one'));
    expect([...chinese.keys()].sort()).toEqual(expected.sort());
  });

  test('every plural has its general form', () => {
    for (const key of english.keys()) {
      if (key.endsWith('_one')) expect(english.has(key.replace(/_one$/, '_other'))).toBe(true);
    }
  });

  test('put in the same values', () => {
    for (const [key, text] of chinese) {
      expect([key, placeholders(text)]).toEqual([key, placeholders(english.get(key) ?? '')]);
    }
  });

  test('leave no text empty', () => {
    for (const [key, text] of [...english, ...chinese])
      expect([key, text.trim()]).not.toEqual([key, '']);
  });

  test('Chinese is Chinese: a text of several words is not left in English', () => {
    const left = [...chinese].filter(
      ([key, text]) =>
        !SAME.has(key) && !/[\u4e00-\u9fff]/.test(text) && /[a-z]{2,} [a-z]{2,}/i.test(text),
    );
    expect(left).toEqual([]);
  });

  test('say something about every error the server knows', () => {
    for (const code of Object.keys(ERRORS)) expect(english.has(`errors.${code}.title`)).toBe(true);
  });
});

describe('preferredLanguage', () => {
  test('an earlier choice wins over the browser', () => {
    expect(preferredLanguage('en', ['zh-CN'])).toBe('en');
  });
  test('the first language of the browser that we speak', () => {
    expect(preferredLanguage(null, ['fr-FR', 'zh-Hant-TW', 'en'])).toBe('zh');
  });
  test('English when we speak none of them, or the stored one makes no sense', () => {
    expect(preferredLanguage('xx', ['fr', 'de'])).toBe('en');
  });
});

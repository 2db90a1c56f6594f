import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LANGUAGES, languageOf, type MailAbout, writeMail } from './mail-texts.ts';

const link = 'https://gatehouse.example/x#token';
const ABOUTS: MailAbout[] = [
  ...(['reset', 'welcome', 'confirm', 'known', 'approved'] as const).map((kind) => ({
    ...{ kind, username: 'ada', link },
  })),
  { kind: 'moved', username: 'ada', to: 'new@example.com' },
  { kind: 'test' },
];

test.each(LANGUAGES.flatMap((language) => ABOUTS.map((about) => [language, about] as const)))(
  'in %s every mail says what it is about: %j',
  (language, about) => {
    const { html, subject, text } = writeMail('a@example.com', about, language);
    expect(subject).toContain('Gatehouse');
    for (const fact of [link, 'ada', 'new@example.com']) {
      if (!Object.values(about).includes(fact)) continue;
      expect(text).toContain(fact);
      expect(html).toContain(fact);
    }
  },
);

test('whatever a name is, it adds no tag to a mail', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(...LANGUAGES),
      (username, language) => {
        const tags = (name: string) =>
          writeMail('a@example.com', { kind: 'reset', username: name, link }, language).html.match(
            /<[^>]*>/g,
          );
        expect(tags(`<b>"'&${username}`)).toEqual(tags('ada'));
      },
    ),
  );
});

test.each([
  ['zh', ['zh-CN,zh;q=0.9,en;q=0.8']],
  ['en', ['en-US,en;q=0.9,zh;q=0.8']],
  ['zh', ['fr-FR,zh;q=0.5,en;q=0.3']],
  ['zh', ['', 'zh']],
  ['zh', ['zh', 'en']],
  ['en', ['fr', '']],
  ['en', [',;;q=x,'.repeat(1_000)]],
])('%s is spoken for %j', (language, said) => {
  expect(languageOf(...said)).toBe(language);
});

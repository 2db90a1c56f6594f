import { readFileSync } from 'node:fs';
import { glob } from 'node:fs/promises';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

/** Attributes whose text a person sees or hears. */
const SPOKEN = new Set([
  'aria-label',
  'aria-description',
  'description',
  'title',
  'label',
  'placeholder',
  'alt',
  'text',
  'subtitle',
  'confirmLabel',
  'submitLabel',
  'header',
]);

/** A word of two letters or more, in any script. Signs such as “·” or “–” are the same everywhere. */
const WORD = /\p{L}{2}|\p{Script=Han}/u;

/** The literal a JSX attribute is given, if it is one. */
function literalOf(attribute: ts.JsxAttribute): ts.Node | undefined {
  const value = attribute.initializer;
  return value && ts.isJsxExpression(value) ? value.expression : value;
}

/** The part of a node that would be shown as it stands. */
function shownPart(node: ts.Node): ts.Node | undefined {
  if (ts.isJsxText(node)) return node;
  if (ts.isJsxExpression(node)) {
    return ts.isJsxAttribute(node.parent) ? undefined : node.expression;
  }
  if (ts.isJsxAttribute(node)) return SPOKEN.has(node.name.getText()) ? literalOf(node) : undefined;
  if (!ts.isPropertyAssignment(node)) return undefined;
  return SPOKEN.has(node.name.getText().replace(/['"]/g, '')) ? node.initializer : undefined;
}

/** Every literal text that would reach a person without going through the translations. */
function literalTexts(source: string): string[] {
  const file = ts.createSourceFile(
    'x.tsx',
    source,
    ts.ScriptTarget.Latest,
    true,
    ts.ScriptKind.TSX,
  );
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const shown = shownPart(node);
    if (shown && (ts.isJsxText(shown) || ts.isStringLiteralLike(shown))) {
      const text = shown.text.trim();
      // An address is an example of its own kind, the same in every language.
      if (WORD.test(text) && !/^https?:\/\//.test(text)) found.push(text);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

describe('components hold no text of their own', async () => {
  const files = await Array.fromAsync(glob('web/**/*.tsx', { exclude: ['**/dist/**'] }));

  test('there are components to read', () => {
    expect(files.length).toBeGreaterThan(20);
  });

  test.each(files)('%s', (path) => {
    expect(literalTexts(readFileSync(path, 'utf8'))).toEqual([]);
  });

  test('the reader finds what it must find', () => {
    const source = `const a = <p title="Your name">Hello {'there'} {t('key')} ·</p>;
      const b = [{ header: 'Name', id: 'name' }];`;
    expect(literalTexts(source)).toEqual(['Your name', 'Hello', 'there', 'Name']);
  });
});

import { describe, expect, test } from 'vitest';
import { dark, gray, petrol, red, teal, yellow } from './palette.ts';
import { cssVariables, theme } from './theme.ts';

/** Relative luminance by WCAG 2.2 of a `#rrggbb` colour. */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, other: string): number {
  const [dim = 0, bright = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (bright + 0.05) / (dim + 0.05);
}

// The resolver reads nothing of the theme that the library would add.
const resolved = cssVariables(theme as Parameters<typeof cssVariables>[0]);
const light: Record<string, string> = { ...resolved.light };
const night: Record<string, string> = { ...resolved.dark };

describe('text can be read (contrast ≥ 4.5)', () => {
  const surfaces = ['--mantine-color-body', '--gh-surface', '--gh-sidebar'];
  const texts = ['text', 'dimmed', 'placeholder', 'anchor', 'error'].map(
    (name) => `--mantine-color-${name}`,
  );
  for (const [name, scheme] of [
    ['light', light],
    ['dark', night],
  ] as const) {
    for (const surface of surfaces) {
      for (const text of texts) {
        test(`${text} on ${surface}, ${name}`, () => {
          expect(contrast(scheme[text] ?? '', scheme[surface] ?? '')).toBeGreaterThanOrEqual(4.5);
        });
      }
    }
    test(`the current page in the sidebar, ${name}`, () => {
      const ratio = contrast(scheme['--gh-accent-text'] ?? '', scheme['--gh-accent-soft'] ?? '');
      expect(ratio).toBeGreaterThanOrEqual(4.5);
    });
  }

  test('white on filled buttons', () => {
    for (const color of [petrol, red, teal]) {
      expect(contrast('#ffffff', color[7])).toBeGreaterThanOrEqual(4.5);
    }
  });

  test('coloured text and tints', () => {
    for (const color of [petrol, red, teal, yellow, gray]) {
      expect(contrast(color[7], '#ffffff')).toBeGreaterThanOrEqual(4.5);
      expect(contrast(color[9], color[1])).toBeGreaterThanOrEqual(4.5);
      expect(contrast(color[2], dark[7])).toBeGreaterThanOrEqual(4.5);
    }
  });
});

import {
  type CSSVariablesResolver,
  createTheme,
  localStorageColorSchemeManager,
} from '@mantine/core';
import { dark, gray, petrol, red, teal, yellow } from './palette.ts';

const SYSTEM_FONTS =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif';

export const theme = createTheme({
  colors: { petrol, gray, dark, red, teal, yellow },
  primaryColor: 'petrol',
  primaryShade: { light: 7, dark: 7 },
  fontFamily: SYSTEM_FONTS,
  fontFamilyMonospace:
    'ui-monospace, SFMono-Regular, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace',
  fontSizes: { xs: '0.75rem', sm: '0.8125rem', md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  headings: {
    fontFamily: SYSTEM_FONTS,
    fontWeight: '620',
    textWrap: 'balance',
    sizes: {
      h1: { fontSize: '1.5rem', lineHeight: '1.3' },
      h2: { fontSize: '1.0625rem', lineHeight: '1.4' },
      h3: { fontSize: '0.9375rem', lineHeight: '1.45' },
      h4: { fontSize: '0.875rem', lineHeight: '1.5' },
      h5: { fontSize: '0.8125rem', lineHeight: '1.5' },
      h6: { fontSize: '0.75rem', lineHeight: '1.5' },
    },
  },
  defaultRadius: 'md',
  radius: { xs: '3px', sm: '5px', md: '7px', lg: '11px', xl: '20px' },
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'sm' } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true } },
    Modal: { defaultProps: { centered: true, overlayProps: { backgroundOpacity: 0.45 } } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
    Menu: { defaultProps: { shadow: 'md', withinPortal: true } },
  },
});

const TINTED = ['petrol', 'gray', 'red', 'teal', 'green', 'yellow', 'orange', 'blue'];

/** Soft tints for badges and alerts, quieter than the library's own. */
function tints(of: (color: string) => [background: string, hover: string, text: string]) {
  return Object.fromEntries(
    TINTED.flatMap((color) => {
      const [background, hover, text] = of(`--mantine-color-${color}`);
      return [
        [`--mantine-color-${color}-light`, background],
        [`--mantine-color-${color}-light-hover`, hover],
        [`--mantine-color-${color}-light-color`, text],
      ];
    }),
  );
}

/** Names for surfaces and lines, so that components never choose a shade themselves. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    ...tints((color) => [`var(${color}-0)`, `var(${color}-1)`, `var(${color}-9)`]),
    '--mantine-color-body': '#faf9f7',
    '--mantine-color-text': '#24211f',
    '--mantine-color-dimmed': '#6a645d',
    '--mantine-color-placeholder': '#706a63',
    '--mantine-color-anchor': '#0e5d72',
    '--mantine-color-error': '#b92b20',
    '--gh-surface': '#ffffff',
    '--gh-sidebar': '#f4f2ef',
    '--gh-line': '#e5e1db',
    '--gh-line-strong': '#d2cdc5',
    '--gh-hover': 'rgb(36 33 31 / 5%)',
    '--gh-accent-soft': '#e2f1f4',
    '--gh-accent-text': '#0e5d72',
  },
  dark: {
    ...tints((color) => [
      `color-mix(in srgb, var(${color}-6) 16%, transparent)`,
      `color-mix(in srgb, var(${color}-6) 26%, transparent)`,
      `var(${color}-2)`,
    ]),
    '--mantine-color-body': '#151718',
    '--mantine-color-text': '#e3e6e7',
    '--mantine-color-dimmed': '#9aa1a4',
    '--mantine-color-placeholder': '#8a9194',
    '--mantine-color-anchor': '#84cadb',
    '--mantine-color-error': '#f9786d',
    '--gh-surface': '#1b1f21',
    '--gh-sidebar': '#121415',
    '--gh-line': '#2a2f32',
    '--gh-line-strong': '#3b4246',
    '--gh-hover': 'rgb(255 255 255 / 6%)',
    '--gh-accent-soft': '#12343d',
    '--gh-accent-text': '#9bd6e4',
  },
});

/** Where the choice is kept; public/first-paint.js reads the same key before the first paint. */
export const colorScheme = localStorageColorSchemeManager({ key: 'gatehouse.theme' });

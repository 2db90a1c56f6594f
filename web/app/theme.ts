import {
  type CSSVariablesResolver,
  createTheme,
  localStorageColorSchemeManager,
  type MantineColorsTuple,
} from '@mantine/core';

/** The accent: a calm petrol, far from the colours of success and danger. */
const petrol: MantineColorsTuple = [
  '#eef8fa',
  '#d8eef3',
  '#b1dee8',
  '#84cadb',
  '#55b3c9',
  '#2f9bb3',
  '#1b859d',
  '#12728a',
  '#0e5d72',
  '#0a4859',
];

/** Warm greys for light surfaces. */
const gray: MantineColorsTuple = [
  '#faf9f7',
  '#f4f2ef',
  '#eae7e2',
  '#dedad4',
  '#c9c4bc',
  '#a8a29a',
  '#78726b',
  '#57524c',
  '#3b3733',
  '#24211f',
];

/** Near-neutral darks with a breath of the accent. */
const dark: MantineColorsTuple = [
  '#d7dadb',
  '#b9bec0',
  '#969c9f',
  '#6b7275',
  '#41484b',
  '#31373a',
  '#25292c',
  '#1c2022',
  '#151718',
  '#0e1011',
];

const SYSTEM_FONTS =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif';

export const theme = createTheme({
  colors: { petrol, gray, dark },
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

/** Names for surfaces and lines, so that components never choose a shade themselves. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-body': '#faf9f7',
    '--mantine-color-text': '#24211f',
    '--mantine-color-dimmed': '#6a645d',
    '--mantine-color-placeholder': '#78726b',
    '--mantine-color-anchor': '#0e5d72',
    '--mantine-color-error': '#c02626',
    '--gh-surface': '#ffffff',
    '--gh-sidebar': '#f4f2ef',
    '--gh-line': '#e5e1db',
    '--gh-line-strong': '#d2cdc5',
    '--gh-hover': 'rgb(36 33 31 / 5%)',
    '--gh-accent-soft': '#e2f1f4',
    '--gh-accent-text': '#0e5d72',
  },
  dark: {
    '--mantine-color-body': '#151718',
    '--mantine-color-text': '#e3e6e7',
    '--mantine-color-dimmed': '#9aa1a4',
    '--mantine-color-placeholder': '#8a9194',
    '--mantine-color-anchor': '#84cadb',
    '--mantine-color-error': '#ff8f8f',
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

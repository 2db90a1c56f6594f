import type { Language } from './index.ts';

/** Each language in its own words, the same whatever the console speaks. */
export const LANGUAGE_NAMES: Record<Language, string> = { en: 'English', zh: '中文' };

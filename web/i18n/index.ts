import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';

export const LANGUAGES = ['en', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];

const STORAGE_KEY = 'gatehouse.language';

const loaders = {
  en: async () => (await import('./en/index.ts')).en,
  zh: async () => (await import('./zh/index.ts')).zh,
};

/** The language kept from an earlier choice, else the browser's first one that we speak, else English. */
export function preferredLanguage(stored: string | null, browser: readonly string[]): Language {
  for (const wanted of stored ? [stored, ...browser] : browser) {
    const found = LANGUAGES.find((language) => wanted.toLowerCase().startsWith(language));
    if (found) return found;
  }
  return 'en';
}

function storedLanguage(): string | null {
  try {
    return localStorage.getItem(STORAGE_KEY);
  } catch {
    return null;
  }
}

/** The BCP 47 tag for `Intl` and the `lang` attribute. */
export function localeOf(language: string): string {
  return language.startsWith('zh') ? 'zh-CN' : 'en-US';
}

/** The language in use. */
export function currentLanguage(): Language {
  return i18next.language === 'zh' ? 'zh' : 'en';
}

/** Loads the preferred language's texts and makes them ready for components. Call once before rendering. */
export async function startTexts(): Promise<void> {
  const language = preferredLanguage(storedLanguage(), navigator.languages);
  i18next.on('languageChanged', (next) => {
    document.documentElement.lang = localeOf(next);
  });
  await i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    defaultNS: 'common',
    resources: { [language]: await loaders[language]() },
    // React escapes already.
    interpolation: { escapeValue: false },
    returnNull: false,
  });
}

/** Switches the console to another language and remembers the choice on this device. */
export async function chooseLanguage(language: Language): Promise<void> {
  const texts = await loaders[language]();
  for (const [namespace, bundle] of Object.entries(texts)) {
    i18next.addResourceBundle(language, namespace, bundle, true, true);
  }
  try {
    localStorage.setItem(STORAGE_KEY, language);
  } catch {
    // Storage may be forbidden; the choice then lasts until the page is closed.
  }
  await i18next.changeLanguage(language);
}

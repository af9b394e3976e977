/** Starts i18next with the two languages; every key is checked by the compiler. */
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { Settings } from '../../preload/shapes.ts';
import { en, type Text } from './en.ts';
import { fr } from './fr.ts';
import type { Language } from './format.ts';

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'text';
    resources: { text: Text };
  }
}

/** French counts a round million as its own plural class; our sentences for it are those of "other". */
function withMany(text: object): object {
  return Object.fromEntries(
    Object.entries(text).flatMap(([key, value]: [string, unknown]) => {
      if (typeof value === 'object' && value !== null) return [[key, withMany(value)]];
      return key.endsWith('_other')
        ? [
            [key, value],
            [key.replace(/_other$/, '_many'), value],
          ]
        : [[key, value]];
    }),
  );
}

export function languageOf(setting: Settings['language']): Language {
  if (setting !== 'system') return setting;
  return navigator.language.toLowerCase().startsWith('fr') ? 'fr' : 'en';
}

export function startText(language: Language): void {
  void i18next.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'en',
    ns: ['text'],
    defaultNS: 'text',
    resources: { en: { text: en }, fr: { text: withMany(fr) } },
    // React escapes what it renders.
    interpolation: { escapeValue: false },
    initAsync: false,
    showSupportNotice: false,
  });
}

export function setLanguage(language: Language): void {
  document.documentElement.lang = language;
  if (i18next.language !== language) void i18next.changeLanguage(language);
}

import type { Texts as EnglishTexts } from './en/index.ts';

/**
 * The shape another language must have: every key of the English one, its texts free. Chinese knows
 * no singular, so the `_one` forms are left out.
 */
export type Translated<T> = {
  readonly [K in keyof T as K extends `${string}_one` ? never : K]: T[K] extends string
    ? string
    : Translated<T[K]>;
};

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    returnNull: false;
    resources: EnglishTexts;
  }
}

import type { TFunction } from 'i18next';
import { jobs } from '../../i18n/en/jobs.ts';

type Words = TFunction<'jobs'>;

/** What a job does, in the reader's language; a kind of a newer version by its own name. */
export function kindName(t: Words, kind: string): string {
  const word = kind.replace(/^vault\./, '');
  return isIn(jobs.kinds, word) ? t(`kinds.${word}`) : kind;
}

/** What came of a thing. */
export function codeName(t: Words, code: string): string {
  if (code === '') return t('codes.waiting');
  return isIn(jobs.codes, code) ? t(`codes.${code}`) : t('codes.other');
}

function isIn<Table extends object>(
  table: Table,
  word: string,
): word is Extract<keyof Table, string> {
  return Object.hasOwn(table, word);
}

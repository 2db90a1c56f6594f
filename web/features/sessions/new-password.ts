import i18next from 'i18next';
import { z } from 'zod';
import { NewPassword } from '#shared/schemas/common.ts';
import { checkWith } from '../../lib/check-with.ts';

const Chosen = z.object({ password: NewPassword });

/** Checks a form with `password` and `again`: long enough, and the same twice. */
export function checkNewPassword(values: { password: string; again: string }) {
  const errors = checkWith(Chosen)(values);
  if (values.password === values.again) return errors;
  return { ...errors, again: i18next.t('fields:passwordMismatch') };
}

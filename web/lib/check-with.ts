import i18next from 'i18next';
import type { z } from 'zod';
import { fieldMessage } from './field-messages.ts';

/** Whether nothing was typed where a form of text is asked for: the form is no matter then. */
function isEmptyText(values: unknown, issue: z.core.$ZodIssue): boolean {
  if (issue.code !== 'invalid_format') return false;
  const typed = issue.path.reduce<unknown>(
    (value, key) => (value instanceof Object ? Reflect.get(value, key) : undefined),
    values,
  );
  return typed === '';
}

/**
 * A `validate` function for Mantine's useForm from a shared schema: the browser checks what the
 * server will check, and says so in the reader's language. The first message of a field wins.
 */
export function checkWith(schema: z.ZodType): (values: unknown) => Record<string, string> {
  return (values) => {
    const result = schema.safeParse(values);
    if (result.success) return {};
    const errors: Record<string, string> = {};
    for (const issue of result.error.issues) {
      const field = issue.path.join('.');
      errors[field] ??= isEmptyText(values, issue)
        ? i18next.t('fields:required')
        : fieldMessage(issue.message);
    }
    return errors;
  };
}

import type { z } from 'zod';
import { fieldMessage } from './field-messages.ts';

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
      errors[field] ??= fieldMessage(issue.message);
    }
    return errors;
  };
}

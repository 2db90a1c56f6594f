import type { ReadableError } from './errors.ts';
import { fieldMessage } from './field-messages.ts';

/** The part of Mantine's useForm that takes the server's complaints. */
export type ErrorSink = {
  getValues: () => Record<string, unknown>;
  setErrors: (errors: Record<string, string>) => void;
};

/** Puts the server's field errors beside their fields. Returns whether all of them found one. */
export function fillForm(form: ErrorSink, error: ReadableError): boolean {
  const values = form.getValues();
  const errors: Record<string, string> = {};
  let placed = error.fieldErrors.length > 0;
  for (const { field, message } of error.fieldErrors) {
    const known = Object.hasOwn(values, field.split('.')[0] ?? '');
    if (known) errors[field] ??= fieldMessage(message);
    else placed = false;
  }
  if (Object.keys(errors).length > 0) form.setErrors(errors);
  return placed;
}

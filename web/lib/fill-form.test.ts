import { describe, expect, test, vi } from 'vitest';
import type { ReadableError } from './errors.ts';
import { fillForm } from './fill-form.ts';

function refusal(...fields: string[]): ReadableError {
  return {
    code: 'bad_request',
    message: '',
    fieldErrors: fields.map((field) => ({ field, message: `${field} is wrong` })),
    param: null,
    retryAfterMs: null,
    requestId: null,
  };
}

function form(values: Record<string, unknown>) {
  const setErrors = vi.fn();
  return { getValues: () => values, setErrors };
}

describe('fillForm', () => {
  test('puts every complaint beside its field, inner fields too', () => {
    const sink = form({ name: '', routes: [] });
    expect(fillForm(sink, refusal('name', 'routes.0.model'))).toBe(true);
    expect(sink.setErrors).toHaveBeenCalledWith({
      name: 'name is wrong',
      'routes.0.model': 'routes.0.model is wrong',
    });
  });

  test('a complaint about something the form does not have still needs a notification', () => {
    const sink = form({ name: '' });
    expect(fillForm(sink, refusal('name', 'id'))).toBe(false);
    expect(sink.setErrors).toHaveBeenCalledWith({ name: 'name is wrong' });
  });

  test('an error without fields leaves the form alone', () => {
    const sink = form({ name: '' });
    expect(fillForm(sink, refusal())).toBe(false);
    expect(sink.setErrors).not.toHaveBeenCalled();
  });
});

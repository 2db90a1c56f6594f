import {
  type UseMutationOptions,
  type UseMutationResult,
  useMutation,
} from '@tanstack/react-query';
import { notifyError, notifySuccess } from '../ui/notify.tsx';
import { type ReadableError, readError } from './errors.ts';
import { type ErrorSink, fillForm } from './fill-form.ts';
import { queryClient } from './trpc.ts';

type Filter = { queryKey?: readonly unknown[] };

export type AppMutationSettings<TData, TInput> = {
  /** Said in a notification when done; a function may name the thing, or return null to stay quiet. */
  success?: string | ((data: TData, input: TInput) => string | null);
  /** Queries to load again, e.g. `[trpc.keys.list.queryFilter()]`. */
  invalidate?: readonly Filter[];
  /** The form whose fields take the server's field errors. */
  form?: ErrorSink;
  /** What to say beside a field when a rule of the server is about it, e.g. `{ name: t('taken') }`. */
  paramTexts?: Readonly<Record<string, string>>;
  /** Runs before the success notification, after invalidated queries were marked. */
  onDone?: (data: TData, input: TInput) => unknown;
  /** Runs instead of the error notification when it returns true. */
  onFail?: (error: ReadableError, input: TInput) => boolean;
};

/**
 * A mutation that always answers the person: success in a notification, field errors beside their
 * fields, every other error in a notification that says what to do next and names the request id.
 */
export function useAppMutation<TData, TError, TInput, TContext>(
  options: UseMutationOptions<TData, TError, TInput, TContext>,
  settings: AppMutationSettings<TData, TInput> = {},
): UseMutationResult<TData, TError, TInput, TContext> {
  return useMutation({
    ...options,
    async onSuccess(data, input) {
      for (const filter of settings.invalidate ?? []) void queryClient.invalidateQueries(filter);
      await settings.onDone?.(data, input);
      const text =
        typeof settings.success === 'function' ? settings.success(data, input) : settings.success;
      if (text) notifySuccess(text);
    },
    onError(thrown, input) {
      const error = readError(thrown);
      if (settings.onFail?.(error, input)) return;
      // The person closed the window that asked for the proof: they know that nothing was done.
      if (error.code === 'step_up_needed') return;
      if (settings.form && fillForm(settings.form, error)) return;
      const ruled = error.param === null ? undefined : settings.paramTexts?.[error.param];
      if (settings.form && error.param !== null && ruled !== undefined) {
        settings.form.setErrors({ [error.param]: ruled });
        return;
      }
      notifyError(error);
    },
  });
}

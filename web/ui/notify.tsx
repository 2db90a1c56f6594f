import { notifications } from '@mantine/notifications';
import { IconAlertTriangle, IconCheck } from '@tabler/icons-react';
import type { ReadableError } from '../lib/errors.ts';
import { describeError } from './describe-error.ts';
import { ErrorText } from './ErrorText.tsx';

/** Says that something worked. */
export function notifySuccess(message: string): void {
  notifications.show({ message, color: 'teal', icon: <IconCheck size={18} />, autoClose: 4_000 });
}

/** Says what went wrong, what to do next and the request id. Stays until it is closed. */
export function notifyError(error: ReadableError): void {
  notifications.show({
    // One notification a kind of error: a dead server must not fill the screen.
    id: `error-${error.code}`,
    title: describeError(error).title,
    message: <ErrorText error={error} />,
    color: 'red',
    icon: <IconAlertTriangle size={18} />,
    autoClose: 12_000,
    role: 'alert',
  });
}

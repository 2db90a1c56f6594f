import { Alert } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { ReadableError } from '../lib/errors.ts';
import { describeError } from './describe-error.ts';
import { ErrorText } from './ErrorText.tsx';

/** An error above the fields of a form, for pages where a notification would be overlooked. */
export function FormError({ error }: { error: ReadableError | null }) {
  if (!error) return null;
  return (
    <Alert
      role="alert"
      color="red"
      variant="light"
      p="sm"
      icon={<IconAlertTriangle />}
      title={describeError(error).title}
    >
      <ErrorText error={error} />
    </Alert>
  );
}

import { Alert } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import classes from './models.module.css';
import type { Failure } from './use-add-models.ts';

/** What could not be added, and why, one line each. */
export function Failures({ failures }: { failures: readonly Failure[] }) {
  const { t } = useTranslation('models');
  if (failures.length === 0) return null;
  return (
    <Alert
      role="alert"
      color="red"
      variant="light"
      mt="sm"
      title={t('many.failed', { count: failures.length })}
    >
      <ul className={classes.failures}>
        {failures.map(({ name, reason }) => (
          <li key={name}>
            <strong>{name}</strong>: {reason}
          </li>
        ))}
      </ul>
    </Alert>
  );
}

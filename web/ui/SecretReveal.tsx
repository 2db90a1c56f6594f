import { Alert, Stack } from '@mantine/core';
import { IconEye } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { CopyField } from './CopyField.tsx';

type SecretRevealProps = {
  label: string;
  secret: string;
  /** In place of “shown this once”. */
  note?: ReactNode;
};

/** A secret at the only moment it can be read: say so, and offer to copy it. */
export function SecretReveal({ label, secret, note }: SecretRevealProps) {
  const { t } = useTranslation('common');
  return (
    <Stack gap="sm">
      <Alert color="yellow" variant="light" icon={<IconEye />} p="sm">
        {note ?? t('shownOnce')}
      </Alert>
      <CopyField label={label} value={secret} />
    </Stack>
  );
}

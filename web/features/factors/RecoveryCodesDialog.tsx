import { Alert, Button, Group, Modal, Stack } from '@mantine/core';
import { IconDownload, IconEye, IconPrinter } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { saveFile } from '../../lib/save-file.ts';
import { CopyButton } from '../../ui/CopyField.tsx';
import classes from './RecoveryCodes.module.css';

type RecoveryCodesProps = { codes: readonly string[]; onDone: () => void };

/** The codes at the only moment they can be read: to copy, save or print. */
export function RecoveryCodes({ codes, onDone }: RecoveryCodesProps) {
  const { t } = useTranslation(['factors', 'common']);
  const text = `${t('recovery.fileTitle')}\n\n${codes.join('\n')}\n`;
  return (
    <Stack gap="md">
      <Alert color="yellow" variant="light" icon={<IconEye />} p="sm">
        {t('recovery.shownOnce')}
      </Alert>
      <ul className={classes.codes} aria-label={t('recovery.title')}>
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <Group gap="xs">
        <CopyButton what={t('recovery.title')} value={codes.join('\n')} />
        <Button
          variant="default"
          size="xs"
          leftSection={<IconDownload size={15} />}
          onClick={() => saveFile('gatehouse-recovery-codes.txt', 'text/plain', text)}
        >
          {t('recovery.download')}
        </Button>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPrinter size={15} />}
          onClick={() => window.print()}
        >
          {t('recovery.print')}
        </Button>
        <Button ml="auto" onClick={onDone}>
          {t('recovery.kept')}
        </Button>
      </Group>
    </Stack>
  );
}

/** The codes in a window that is closed by its button only: by mistake they would be lost. */
export function RecoveryCodesDialog({ codes, onDone }: RecoveryCodesProps) {
  const { t } = useTranslation('factors');
  return (
    <Modal
      opened
      onClose={onDone}
      closeOnEscape={false}
      closeOnClickOutside={false}
      withCloseButton={false}
      title={t('recovery.title')}
      styles={{ title: { fontWeight: 620 } }}
    >
      <RecoveryCodes codes={codes} onDone={onDone} />
    </Modal>
  );
}

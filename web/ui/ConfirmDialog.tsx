import { Button, Group, Modal, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './FormModal.module.css';

type ConfirmDialogProps = {
  opened: boolean;
  onClose: () => void;
  /** A question that names the thing: “Delete key ci?”. */
  title: string;
  /** What will happen, and whether it can be undone. */
  text: ReactNode;
  /** The verb on the button: “Delete”. */
  confirmLabel: string;
  onConfirm: () => void;
  pending?: boolean;
  /** False for confirmations that take nothing away. */
  danger?: boolean;
};

/** Asks before something that cannot be taken back lightly. Focus starts on Cancel. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { opened, onClose, title, text, confirmLabel, onConfirm } = props;
  const { pending = false, danger = true } = props;
  const { t } = useTranslation('common');
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={title}
      size="sm"
      classNames={{ title: classes.title ?? '' }}
    >
      <Text component="div">{text}</Text>
      <Group justify="flex-end" mt="lg" gap="xs">
        <Button variant="default" onClick={onClose} data-autofocus>
          {t('cancel')}
        </Button>
        <Button {...(danger ? { color: 'red' } : {})} loading={pending} onClick={onConfirm}>
          {confirmLabel}
        </Button>
      </Group>
    </Modal>
  );
}

import { Select, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { KeyCreated, KeyView } from '#shared/schemas/keys.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { FormModal } from '../../ui/FormModal.tsx';

type Frame = { opened: boolean; onClose: () => void; apiKey: KeyView };

/** In minutes. */
const OVERLAPS = [0, 60, 1_440, 4_320, 10_080] as const;
const USUAL = 1_440;

/** A new secret for a key; the old one may work on for a while. */
export function RotateKey(props: Frame & { onRotated: (created: KeyCreated) => void }) {
  const { opened, onClose, apiKey, onRotated } = props;
  const { t } = useTranslation('keys');
  const [overlapMinutes, setOverlap] = useState<number>(USUAL);
  const rotate = useAppMutation(trpc.keys.rotate.mutationOptions(), {
    invalidate: [trpc.keys.pathFilter()],
    onDone: (created) => {
      onClose();
      onRotated(created);
    },
  });
  const label = (minutes: number) => {
    if (minutes === 0) return t('rotate.at0');
    if (minutes < 1_440) return t('rotate.hours', { count: minutes / 60 });
    return t('rotate.days', { count: minutes / 1_440 });
  };
  return (
    <FormModal
      opened={opened}
      onClose={onClose}
      title={t('rotate.title', { name: apiKey.name })}
      submitLabel={t('rotate.submit')}
      pending={rotate.isPending}
      onSubmit={(event) => {
        event.preventDefault();
        rotate.mutate({ id: apiKey.id, overlapMinutes });
      }}
    >
      <Text>{t('rotate.text')}</Text>
      {apiKey.previousUntil !== null && <Text>{t('rotate.textOverlap')}</Text>}
      <Select
        label={t('rotate.overlap')}
        data={OVERLAPS.map((minutes) => ({ value: String(minutes), label: label(minutes) }))}
        allowDeselect={false}
        value={String(overlapMinutes)}
        onChange={(value) => setOverlap(Number(value))}
      />
    </FormModal>
  );
}

/** Asks before the secret from before the last rotation is refused. */
export function EndOverlap({ opened, onClose, apiKey }: Frame) {
  const { t } = useTranslation('keys');
  const { id, name } = apiKey;
  const end = useAppMutation(trpc.keys.endOverlap.mutationOptions(), {
    success: t('rotate.ended', { name }),
    invalidate: [trpc.keys.pathFilter()],
    onDone: onClose,
  });
  return (
    <ConfirmDialog
      opened={opened}
      onClose={onClose}
      title={t('rotate.endTitle', { name })}
      text={t('rotate.endText')}
      confirmLabel={t('rotate.endConfirm')}
      pending={end.isPending}
      onConfirm={() => end.mutate({ id })}
    />
  );
}

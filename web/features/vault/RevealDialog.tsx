import { Modal, Stack, Text } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { VaultView } from '#shared/schemas/vault.ts';
import { readError } from '../../lib/errors.ts';
import { client } from '../../lib/trpc.ts';
import { LoadingRows } from '../../ui/LoadState.tsx';
import { notifyError } from '../../ui/notify.tsx';
import { SecretReveal } from '../../ui/SecretReveal.tsx';

const SHOWN_S = 30;

type RevealDialogProps = {
  row: VaultView;
  what: 'access' | 'refresh';
  opened: boolean;
  onClose: () => void;
};

/** A token in clear for half a minute. It is asked for past the query client, which keeps answers. */
export function RevealDialog({ onClose, opened, row, what }: RevealDialogProps) {
  const { t } = useTranslation('vault');
  const [token, setToken] = useState<string | null>(null);
  const [left, setLeft] = useState(SHOWN_S);
  const asked = useRef(false);
  const close = useRef(onClose);
  close.current = onClose;

  useEffect(() => {
    if (asked.current) return;
    asked.current = true;
    const { revealAccess, revealRefresh } = client.vault;
    const ask = what === 'access' ? revealAccess : revealRefresh;
    ask.mutate({ id: row.id }).then(
      (answer) => setToken(answer.token),
      (thrown: unknown) => {
        const error = readError(thrown);
        // The person closed the window that asked for the proof.
        if (error.code !== 'step_up_needed') notifyError(error);
        close.current();
      },
    );
  }, [row.id, what]);

  useEffect(() => {
    if (token === null) return;
    const end = Date.now() + SHOWN_S * 1_000;
    const timer = setInterval(() => {
      const seconds = Math.ceil((end - Date.now()) / 1_000);
      if (seconds > 0) return setLeft(seconds);
      setToken(null);
      close.current();
    }, 500);
    return () => clearInterval(timer);
  }, [token]);

  return (
    <Modal
      opened={opened && token !== null}
      onClose={() => {
        setToken(null);
        onClose();
      }}
      title={t(`reveal.${what}`, { name: row.bizId })}
    >
      {token === null ? (
        <LoadingRows rows={2} />
      ) : (
        <Stack gap="xs">
          <SecretReveal
            label={t('reveal.field')}
            secret={token}
            note={t(what === 'access' ? 'reveal.accessNote' : 'reveal.refreshNote')}
          />
          <Text fz="sm" c="dimmed" className="gh-figures">
            {t('reveal.gone', { seconds: left })}
          </Text>
        </Stack>
      )}
    </Modal>
  );
}

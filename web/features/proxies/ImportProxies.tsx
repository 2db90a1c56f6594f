import { Alert, List, Text, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProxyImported } from '#shared/schemas/proxies.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { FormModal } from '../../ui/FormModal.tsx';

/** Adds proxies from a list, and says what became of its lines. */
export function ImportProxies({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation('proxies');
  const [text, setText] = useState('');
  const [found, setFound] = useState<ProxyImported | null>(null);
  const add = useAppMutation(trpc.proxies.importList.mutationOptions(), {
    invalidate: [trpc.proxies.pathFilter()],
    success: ({ created }) => t('import.done', { count: created }),
    onDone(result) {
      if (result.refusedCount === 0) onClose();
      setFound(result);
    },
  });
  return (
    <FormModal
      opened={opened}
      onClose={onClose}
      title={t('import.title')}
      submitLabel={t('import.submit')}
      pending={add.isPending}
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '') add.mutate({ text });
      }}
    >
      <Textarea
        label={t('import.list')}
        description={t('import.hint')}
        placeholder={'http://proxy-1.example.com:8080\nsocks5://user:password@203.0.113.7:1080'}
        rows={10}
        required
        maxLength={500_000}
        data-autofocus
        autoComplete="off"
        spellCheck={false}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 13 } }}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
      {found && found.refusedCount > 0 && (
        <Alert role="alert" color="orange" variant="light" title={t('import.result', found)}>
          <List size="sm" mah={180} style={{ overflowY: 'auto' }}>
            {found.refused.map(({ line, message }) => (
              <List.Item key={line}>
                {t('import.line', { line })}{' '}
                <Text span fz="sm" lang="en">
                  {message}
                </Text>
              </List.Item>
            ))}
          </List>
        </Alert>
      )}
    </FormModal>
  );
}

import { Anchor, Modal, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { CopyButton } from '../../ui/CopyField.tsx';
import { askedBefore, type Turn, toCurl, toRequestBody } from './conversation.ts';
import classes from './playground.module.css';
import { useChatStore } from './use-chat.ts';

type CurlDialogProps = { opened: boolean; onClose: () => void; model: string };

/** The request that the playground would send next, for a terminal. */
export function CurlDialog({ opened, onClose, model }: CurlDialogProps) {
  const { t } = useTranslation(['playground', 'common']);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      size="lg"
      title={t('curlDialog.title')}
      styles={{ title: { fontWeight: 620 } }}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      <Text c="dimmed" fz="sm" mb="sm">
        {t('curlDialog.text')}{' '}
        <Anchor inherit renderRoot={(props) => <Link {...props} to="/keys" />}>
          {t('curlDialog.keys')}
        </Anchor>
      </Text>
      {opened && <Command model={model} />}
    </Modal>
  );
}

function Command({ model }: { model: string }) {
  const { t } = useTranslation('playground');
  const { turns, draft, settings } = useChatStore().get();
  const asked: Turn[] =
    draft.trim() === ''
      ? askedBefore(turns)
      : [...turns, { id: 'draft', role: 'user', text: draft.trim() }];
  const command = toCurl(location.origin, toRequestBody(model, settings, asked));
  return (
    <div className={classes.command}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard. */}
      <pre tabIndex={0}>{command}</pre>
      <CopyButton what={t('curlDialog.what')} value={command} />
    </div>
  );
}

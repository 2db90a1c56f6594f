import { Anchor, Button, Code, Group, Modal, Stack, Tabs, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { KeyCreated } from '#shared/schemas/keys.ts';
import { trpc } from '../../lib/trpc.ts';
import { CopyButton } from '../../ui/CopyField.tsx';
import { SecretReveal } from '../../ui/SecretReveal.tsx';
import classes from './keys.module.css';
import { INSTALL, type SnippetKind, snippet } from './snippets.ts';

const KINDS: readonly SnippetKind[] = ['curl', 'python', 'typescript'];
const NO_MODEL = 'MODEL';

type KeySecretDialogProps = {
  opened: boolean;
  onClose: () => void;
  created: KeyCreated;
  /** The key was there before, and this is another secret for it. */
  renewed?: boolean;
};

/** The secret, this once, and what to do with it. A click beside it does not close it. */
export function KeySecretDialog({ opened, onClose, created, renewed }: KeySecretDialogProps) {
  const { t } = useTranslation(['keys', 'common']);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t(renewed ? 'secret.renewed' : 'secret.title', { name: created.key.name })}
      size="lg"
      closeOnClickOutside={false}
      styles={{ title: { fontSize: '1.0625rem', fontWeight: 620, overflowWrap: 'anywhere' } }}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      <Stack gap="lg">
        <SecretReveal
          label={t('secret.label')}
          secret={created.secret}
          note={t('secret.warning')}
        />
        <Examples created={created} />
        {/* In a new tab: the key stays on screen, and nothing of it goes into the address. */}
        <Anchor fz="sm" renderRoot={(props) => <Link {...props} to="/connect" target="_blank" />}>
          {t('secret.connect')}
        </Anchor>
      </Stack>
      <Group justify="flex-end" mt="lg">
        <Button onClick={onClose}>{t('secret.done')}</Button>
      </Group>
    </Modal>
  );
}

function Examples({ created }: { created: KeyCreated }) {
  const { t } = useTranslation('keys');
  const available = useQuery(trpc.models.available.queryOptions());
  const allowed = created.key.allowedModels;
  const usable = (available.data ?? []).filter(
    ({ name }) => allowed.length === 0 || allowed.includes(name),
  );
  const model = (usable.find(({ ready }) => ready) ?? usable[0])?.name ?? allowed[0];
  const input = {
    origin: window.location.origin,
    secret: created.secret,
    model: model ?? NO_MODEL,
    prompt: t('secret.greeting'),
  };
  return (
    <div>
      <Text fw={550} mb={6}>
        {t('secret.tryIt')}
      </Text>
      <Tabs defaultValue="curl" variant="pills">
        <Tabs.List mb="xs">
          {KINDS.map((kind) => (
            <Tabs.Tab key={kind} value={kind}>
              {t(`secret.${kind}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {KINDS.map((kind) => {
          const text = snippet(kind, input);
          const install = INSTALL[kind];
          return (
            <Tabs.Panel key={kind} value={kind}>
              <div className={classes.snippet}>
                {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
                <pre className={classes.code} tabIndex={0}>
                  <code>{text}</code>
                </pre>
                <div className={classes.copy}>
                  <CopyButton what={t('secret.copySnippet')} value={text} />
                </div>
              </div>
              {install !== null && (
                <Text fz="sm" c="dimmed" mt={6}>
                  {t('secret.install')} <Code>{install}</Code>
                </Text>
              )}
            </Tabs.Panel>
          );
        })}
      </Tabs>
      {model === undefined && available.data && (
        <Text fz="sm" mt={6}>
          {t('secret.placeholder', { name: NO_MODEL })}
        </Text>
      )}
    </div>
  );
}

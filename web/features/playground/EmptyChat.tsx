import { Text, Title, UnstyledButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { focusComposer } from './Composer.tsx';
import classes from './playground.module.css';
import { useChatStore } from './use-chat.ts';

const SUGGESTIONS = ['one', 'two', 'three'] as const;

/** What the conversation shows before its first question. */
export function EmptyChat() {
  const { t } = useTranslation('playground');
  const store = useChatStore();
  return (
    <div className={classes.empty}>
      <Title order={2}>{t('empty.title')}</Title>
      <Text c="dimmed" mt={4} maw={460} mx="auto">
        {t('empty.text')}
      </Text>
      <div className={classes.suggestions}>
        {SUGGESTIONS.map((name) => (
          <UnstyledButton
            key={name}
            className={classes.suggestion ?? ''}
            onClick={() => {
              store.setDraft(t(`empty.${name}`));
              focusComposer();
            }}
          >
            {t(`empty.${name}`)}
          </UnstyledButton>
        ))}
      </div>
    </div>
  );
}

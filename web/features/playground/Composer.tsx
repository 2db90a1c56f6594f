import { ActionIcon, Text, Textarea, Tooltip } from '@mantine/core';
import { useWindowEvent } from '@mantine/hooks';
import { IconArrowUp, IconPlayerStopFilled } from '@tabler/icons-react';
import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { AvailableModel } from '#shared/schemas/models.ts';
import classes from './playground.module.css';
import { sends } from './sends.ts';
import { useChat, useChatStore, useRunning } from './use-chat.ts';

const COMPOSER_ID = 'playground-composer';

/** Puts the cursor at the end of the draft. */
export function focusComposer(): void {
  // The draft was set just now; the cursor goes behind it once it is drawn.
  requestAnimationFrame(() => {
    const field = document.getElementById(COMPOSER_ID);
    if (!(field instanceof HTMLTextAreaElement)) return;
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  });
}

/** Esc stops the answer, unless it is meant for a dialog, a menu or an open editor. */
function useEscapeStops(running: boolean, stop: () => void): void {
  useWindowEvent('keydown', (event) => {
    if (event.key !== 'Escape' || !running || event.defaultPrevented || event.isComposing) return;
    const target = event.target instanceof Element ? event.target : null;
    if (target?.closest('[role="dialog"], [role="alertdialog"], [role="listbox"], [data-editing]'))
      return;
    stop();
  });
}

/** The field in which the next question is written. */
export function Composer({ model }: { model: AvailableModel | null }) {
  const { t } = useTranslation('playground');
  const store = useChatStore();
  const draft = useChat((conversation) => conversation.draft);
  const running = useRunning();
  useEscapeStops(running, store.stop);
  const ready = model !== null && draft.trim() !== '' && !running;
  const send = () => {
    if (model && ready) void store.ask(model.name);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (!sends({ ...pick(event), isComposing: event.nativeEvent.isComposing })) return;
    event.preventDefault();
    send();
  };
  return (
    <div className={classes.composer}>
      {model && !model.ready && (
        <Text fz="sm" c="dimmed" mb={6}>
          {t('notReadyHint', { model: model.name })}
        </Text>
      )}
      <div className={classes.field}>
        <Textarea
          id={COMPOSER_ID}
          aria-label={t('composer.label')}
          placeholder={t('composer.placeholder', { model: model?.name ?? '…' })}
          variant="unstyled"
          autosize
          minRows={1}
          maxRows={9}
          flex={1}
          value={draft}
          onChange={(event) => store.setDraft(event.currentTarget.value)}
          onKeyDown={onKeyDown}
          enterKeyHint="send"
        />
        {running ? (
          <Round label={t('composer.stop')} onClick={store.stop} icon={IconPlayerStopFilled} />
        ) : (
          <Round label={t('composer.send')} onClick={send} icon={IconArrowUp} disabled={!ready} />
        )}
      </div>
      <Text fz="xs" c="dimmed" mt={6} ta="center" className={classes.hint ?? ''}>
        {t('composer.hint')}
      </Text>
    </div>
  );
}

function pick({ key, shiftKey, keyCode }: KeyboardEvent) {
  return { key, shiftKey, keyCode };
}

type RoundProps = {
  label: string;
  onClick: () => void;
  icon: typeof IconArrowUp;
  disabled?: boolean;
};

function Round({ label, onClick, icon: Icon, disabled = false }: RoundProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="filled"
        color="petrol"
        size={34}
        radius="xl"
        aria-label={label}
        onClick={onClick}
        disabled={disabled}
      >
        <Icon size={17} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

import { Button, Group, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

type TurnEditorProps = {
  text: string;
  onSave: (text: string) => void;
  onCancel: () => void;
  /** Given for questions: saves and asks again. */
  onSaveAndAsk?: ((text: string) => void) | undefined;
};

/** Changes what a turn says. Escape cancels. */
export function TurnEditor({ text, onSave, onCancel, onSaveAndAsk }: TurnEditorProps) {
  const { t } = useTranslation('playground');
  const [draft, setDraft] = useState(text);
  const nothing = draft.trim() === '';
  return (
    <div>
      <Textarea
        aria-label={t('turn.editLabel')}
        autosize
        minRows={2}
        maxRows={18}
        value={draft}
        data-autofocus
        autoFocus
        onChange={(event) => setDraft(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onCancel();
        }}
      />
      <Group justify="flex-end" gap="xs" mt="xs">
        <Button size="xs" variant="default" onClick={onCancel}>
          {t('turn.cancel')}
        </Button>
        <Button
          size="xs"
          variant={onSaveAndAsk ? 'default' : 'filled'}
          disabled={nothing}
          onClick={() => onSave(draft.trim())}
        >
          {t('turn.save')}
        </Button>
        {onSaveAndAsk && (
          <Button size="xs" disabled={nothing} onClick={() => onSaveAndAsk(draft)}>
            {t('turn.saveAndAsk')}
          </Button>
        )}
      </Group>
    </div>
  );
}

import { Text } from '@mantine/core';
import { IconPencil, IconRefresh, IconTrash } from '@tabler/icons-react';
import { lazy, memo, Suspense, useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { AnswerFacts } from './AnswerFacts.tsx';
import type { AssistantTurn } from './conversation.ts';
import { FailureNote } from './FailureNote.tsx';
import { CopyAction, IconAction } from './IconAction.tsx';
import classes from './playground.module.css';
import { TurnEditor } from './TurnEditor.tsx';
import { useChatStore } from './use-chat.ts';

const Markdown = lazy(async () => ({ default: (await import('./Markdown.tsx')).Markdown }));

/** Markdown, and the plain text until its reader has been loaded. */
function Rich({ text }: { text: string }) {
  // NOTE: typing and scrolling go before the next redraw of a long answer.
  const shown = useDeferredValue(text);
  return (
    <Suspense fallback={<div className={classes.plain}>{shown}</div>}>
      <Markdown text={shown} />
    </Suspense>
  );
}

type AnswerProps = {
  turn: AssistantTurn;
  /** Null while nothing can be asked. */
  model: string | null;
};

/** What a model said, what it took, and why it ended when that was not its own doing. */
export const Answer = memo(function Answer({ turn, model }: AnswerProps) {
  const store = useChatStore();
  const [editing, setEditing] = useState(false);
  const again = model === null ? null : () => void store.again(model, turn.id);
  return (
    <li className={classes.answer} aria-busy={turn.state === 'running'}>
      <Text fz="xs" fw={600} c="dimmed" mb={6}>
        {turn.model}
      </Text>
      {editing ? (
        <TurnEditor
          text={turn.text}
          onCancel={() => setEditing(false)}
          onSave={(text) => {
            store.edit(turn.id, text);
            setEditing(false);
          }}
        />
      ) : (
        <Said turn={turn} />
      )}
      {turn.failure && (
        <FailureNote failure={turn.failure} requestId={turn.requestId} onRetry={again} />
      )}
      {turn.state !== 'running' && !editing && (
        <Below turn={turn} again={again} onEdit={() => setEditing(true)} />
      )}
    </li>
  );
});

function Said({ turn }: { turn: AssistantTurn }) {
  const { t } = useTranslation('playground');
  const running = turn.state === 'running';
  return (
    <>
      {turn.reasoning !== '' && (
        <details className={classes.reasoning} open={running && turn.text === ''}>
          <summary>{t('turn.reasoning')}</summary>
          <div className={classes.plain}>{turn.reasoning}</div>
        </details>
      )}
      {turn.text !== '' && <Rich text={turn.text} />}
      {running && turn.text === '' && (
        <div className={classes.thinking}>
          <span aria-hidden />
          {t('turn.thinking')}
        </div>
      )}
      {turn.state === 'done' && turn.text === '' && (
        <Text c="dimmed" fs="italic">
          {t('turn.empty')}
        </Text>
      )}
    </>
  );
}

type BelowProps = { turn: AssistantTurn; again: (() => void) | null; onEdit: () => void };

function Below({ turn, again, onEdit }: BelowProps) {
  const { t } = useTranslation('playground');
  const store = useChatStore();
  const note = noteOf(turn);
  return (
    <>
      {note && (
        <Text fz="sm" c="dimmed" fs="italic" mt={6}>
          {t(`turn.${note}`)}
        </Text>
      )}
      <div className={classes.below}>
        <div className={classes.actions}>
          {turn.text !== '' && <CopyAction label={t('turn.copy')} text={turn.text} />}
          {again && <IconAction icon={IconRefresh} label={t('turn.again')} onClick={again} />}
          {turn.text !== '' && (
            <IconAction icon={IconPencil} label={t('turn.edit')} onClick={onEdit} />
          )}
          <IconAction
            icon={IconTrash}
            label={t('turn.delete')}
            onClick={() => store.remove(turn.id)}
          />
        </div>
        <AnswerFacts turn={turn} />
      </div>
    </>
  );
}

function noteOf({ state, finish }: AssistantTurn): 'stopped' | 'cut' | 'filtered' | null {
  if (state === 'stopped') return 'stopped';
  if (finish === 'length') return 'cut';
  return finish === 'content_filter' ? 'filtered' : null;
}

import { IconPencil, IconRefresh, IconTrash } from '@tabler/icons-react';
import { memo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Turn } from './conversation.ts';
import { CopyAction, IconAction } from './IconAction.tsx';
import classes from './playground.module.css';
import { TurnEditor } from './TurnEditor.tsx';
import { useChatStore } from './use-chat.ts';

type QuestionProps = {
  turn: Extract<Turn, { role: 'user' }>;
  /** Null while nothing can be asked. */
  model: string | null;
  /** Nothing follows it. */
  last: boolean;
};

/** What the person said. */
export const Question = memo(function Question({ turn, model, last }: QuestionProps) {
  const { t } = useTranslation('playground');
  const store = useChatStore();
  const [editing, setEditing] = useState(false);
  const end = () => setEditing(false);
  if (editing) {
    const ask = (text: string) => {
      end();
      if (model !== null) void store.editAndAsk(model, turn.id, text);
    };
    return (
      <li className={classes.question} data-editing>
        <TurnEditor
          text={turn.text}
          onCancel={end}
          onSave={(text) => {
            store.edit(turn.id, text);
            end();
          }}
          onSaveAndAsk={model === null ? undefined : ask}
        />
      </li>
    );
  }
  return (
    <li className={classes.question}>
      <span className={classes.hidden}>{t('you')}</span>
      <div className={classes.bubble}>{turn.text}</div>
      <div className={classes.actions}>
        {last && model !== null && (
          <IconAction
            icon={IconRefresh}
            label={t('turn.again')}
            onClick={() => void store.again(model)}
          />
        )}
        <CopyAction label={t('turn.copy')} text={turn.text} />
        <IconAction icon={IconPencil} label={t('turn.edit')} onClick={() => setEditing(true)} />
        <IconAction
          icon={IconTrash}
          label={t('turn.delete')}
          onClick={() => store.remove(turn.id)}
        />
      </div>
    </li>
  );
});

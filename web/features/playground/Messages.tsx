import { Button, VisuallyHidden } from '@mantine/core';
import { IconArrowDown } from '@tabler/icons-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Answer } from './Answer.tsx';
import type { Turn } from './conversation.ts';
import { EmptyChat } from './EmptyChat.tsx';
import classes from './playground.module.css';
import { Question } from './Question.tsx';
import { useChat } from './use-chat.ts';
import { useStickToBottom } from './use-stick-to-bottom.ts';

/** The conversation; its end stays in view until the person scrolls up. */
export function Messages({ model }: { model: string | null }) {
  const { t } = useTranslation('playground');
  const turns = useChat((conversation) => conversation.turns);
  const { scroller, content, atEnd, toEnd } = useStickToBottom();
  const questions = turns.filter(({ role }) => role === 'user').length;
  // A new question, or the way back to this page, shows the end again.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the number of questions is the trigger.
  useEffect(toEnd, [questions, toEnd]);
  return (
    <div className={classes.messages}>
      <div ref={scroller} className={classes.scroller} tabIndex={turns.length > 0 ? 0 : -1}>
        <div ref={content} className={classes.column}>
          {turns.length === 0 ? (
            <EmptyChat />
          ) : (
            <ol className={classes.turns} aria-label={t('conversation')}>
              {turns.map((turn, index) =>
                turn.role === 'user' ? (
                  <Question
                    key={turn.id}
                    turn={turn}
                    model={model}
                    last={index === turns.length - 1}
                  />
                ) : (
                  <Answer key={turn.id} turn={turn} model={model} />
                ),
              )}
            </ol>
          )}
        </div>
      </div>
      {!atEnd && (
        <Button
          className={classes.jump ?? ''}
          size="xs"
          radius="xl"
          variant="default"
          leftSection={<IconArrowDown size={14} />}
          onClick={toEnd}
        >
          {t('jump')}
        </Button>
      )}
      <VisuallyHidden role="status">{ending(turns.at(-1), t)}</VisuallyHidden>
    </div>
  );
}

type Ending = 'answerDone' | 'answerStopped' | 'answerFailed';

/** How the last answer ended, for those who do not see it stream. */
function ending(turn: Turn | undefined, t: (key: Ending) => string): string {
  if (turn?.role !== 'assistant') return '';
  switch (turn.state) {
    case 'running':
      return '';
    case 'done':
      return t('answerDone');
    case 'stopped':
      return t('answerStopped');
    case 'failed':
      return t('answerFailed');
  }
}

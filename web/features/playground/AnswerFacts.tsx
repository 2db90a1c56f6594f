import { Anchor, Group, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration, formatNumber } from '../../lib/format.ts';
import type { AssistantTurn } from './conversation.ts';

/** Tokens a second after the first one; null when it is too short to say. */
function tokensPerSecond(turn: AssistantTurn): number | null {
  const { outputTokens, firstTokenMs, totalMs } = turn;
  if (outputTokens === null || firstTokenMs === null || totalMs === null) return null;
  const ms = totalMs - firstTokenMs;
  return outputTokens < 5 || ms < 50 ? null : (outputTokens * 1_000) / ms;
}

/** What an answer took, and the way to its record. */
export function AnswerFacts({ turn }: { turn: AssistantTurn }) {
  const { t } = useTranslation('playground');
  const rate = tokensPerSecond(turn);
  const facts: [string, ReactNode][] = [];
  if (turn.inputTokens !== null && turn.outputTokens !== null) {
    const input = formatNumber(turn.inputTokens);
    const output = formatNumber(turn.outputTokens);
    facts.push(['tokens', t('facts.tokens', { input, output })]);
  }
  if (turn.firstTokenMs !== null) {
    facts.push(['first', t('facts.firstToken', { time: formatDuration(turn.firstTokenMs) })]);
  }
  if (turn.totalMs !== null) {
    facts.push(['total', t('facts.total', { time: formatDuration(turn.totalMs) })]);
  }
  if (rate !== null)
    facts.push(['rate', t('facts.speed', { rate: formatNumber(Math.round(rate)) })]);
  if (turn.requestId !== null) {
    const id = turn.requestId;
    facts.push([
      'request',
      <Anchor
        key="request"
        inherit
        renderRoot={(props) => <Link {...props} to="/usage" search={{ id }} />}
      >
        {t('facts.request')}
      </Anchor>,
    ]);
  }
  return (
    <Group gap="4px 12px" className="gh-figures" role="group" aria-label={t('facts.label')}>
      {facts.map(([name, fact]) => (
        <Text key={name} span fz="xs" c="dimmed">
          {fact}
        </Text>
      ))}
    </Group>
  );
}

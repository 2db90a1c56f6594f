import { Text } from '@mantine/core';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import type { WhyTrace, WhyView } from '#shared/schemas/why.ts';
import { formatDateTime, formatDuration } from '../../lib/format.ts';
import { Section } from '../../ui/Section.tsx';
import classes from './why.module.css';
import { amountText, attemptText, metricText, skipsText, subjectText } from './why-words.ts';

type Translator = TFunction<'why'>;
/** A sentence, and in smaller print what belongs to it. */
type Step = { id: string; text: string; notes: string[] };

/** What happened, one sentence after the other. */
export function WhyStory({ view: { asked, keptDays, trace } }: { view: WhyView }) {
  const { t } = useTranslation('why');
  if (!trace) {
    return (
      <Section title={t('story.title')}>
        <Text c="dimmed">
          {keptDays === 0 ? t('story.notKept') : t('story.gone', { count: keptDays })}
        </Text>
      </Section>
    );
  }
  const steps = asked ? stepsOf(t, trace) : [];
  return (
    <Section title={t('story.title')}>
      <ol className={classes.story}>
        {(steps.length > 0 ? steps : [notSent(t)]).map(({ id, notes, text }) => (
          <li key={id}>
            {text}
            {notes.map((note) => (
              <Text key={note} fz="sm" c="dimmed" style={{ overflowWrap: 'anywhere' }}>
                {note}
              </Text>
            ))}
          </li>
        ))}
      </ol>
    </Section>
  );
}

function stepsOf(t: Translator, trace: WhyTrace): Step[] {
  const decided = trace.limits.find((limit) => limit.decided);
  const limits = limitStep(t, trace, decided);
  // NOTE: a limit is looked at before an account is, so nothing was chosen after its refusal.
  if (decided && trace.attempts.length === 0) return [limits, notSent(t)];
  return [
    limits,
    accountStep(t, trace),
    ...(trace.affinity === 'none'
      ? []
      : [{ id: 'affinity', text: t(`story.${trace.affinity}`), notes: [] }]),
    ...(trace.waited ? [{ id: 'waited', text: waitedText(t, trace.waited), notes: [] }] : []),
    ...(trace.attempts.length === 0 ? [notSent(t)] : attemptSteps(t, trace)),
    ...(trace.dropped.length === 0
      ? []
      : [
          {
            id: 'dropped',
            text: t('story.dropped', { names: trace.dropped.join(', ') }),
            notes: [],
          },
        ]),
  ];
}

function limitStep(
  t: Translator,
  { limits }: WhyTrace,
  decided: WhyTrace['limits'][number] | undefined,
): Step {
  if (!decided) {
    const count = limits.length;
    const text = count === 0 ? t('story.noLimits') : t('story.limitsOk', { count });
    return { id: 'limits', text, notes: [] };
  }
  const { asked, held, limit, metric, resetsAt, used } = decided;
  const text = t('story.limit', {
    subject: subjectText(t, decided),
    metric: metricText(t, metric),
    limit: amountText(metric, limit),
    used: amountText(metric, used),
    held: amountText(metric, held),
    asked: amountText(metric, asked),
  });
  const note =
    resetsAt === null
      ? t('story.resetsSoon')
      : t('story.resets', { time: formatDateTime(resetsAt) });
  return { id: 'limits', text, notes: [note] };
}

function accountStep(t: Translator, { candidates, skips }: WhyTrace): Step {
  const notes = skips.map(({ count, reason, until }) => {
    const text = skipsText(t, reason, count);
    return until === null ? text : `${text} (${t('story.until', { time: formatDateTime(until) })})`;
  });
  return { id: 'accounts', text: t('story.candidates', { count: candidates }), notes };
}

function waitedText(t: Translator, { ahead, ms }: NonNullable<WhyTrace['waited']>): string {
  return t('story.waited', { count: ahead, time: formatDuration(ms) });
}

function attemptSteps(t: Translator, { attempts }: WhyTrace): Step[] {
  return attempts.map((attempt, index) => {
    const { accountName, message, ms, outcome, platformId, startedAt, upstreamModel } = attempt;
    const text = t('story.attempt', {
      n: index + 1,
      platform: accountName === null ? platformId : `${platformId} (${accountName})`,
      model: upstreamModel,
      time: formatDuration(ms),
      outcome: attemptText(t, outcome),
    });
    return { id: `attempt ${index} ${startedAt}`, text, notes: message ? [message] : [] };
  });
}

function notSent(t: Translator): Step {
  return { id: 'not-sent', text: t('story.notSent'), notes: [] };
}

import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { EndedThing, Receipt, SwitchStep } from '#shared/schemas/off-switch.ts';
import { formatDuration, formatNumber } from '../../lib/format.ts';
import { Section } from '../../ui/Section.tsx';
import { deviceOf } from '../sessions/device-name.ts';
import { LongList } from './LongList.tsx';
import classes from './receipt.module.css';

/** What was ended together, each kind with its number and names. */
export function ReceiptSteps({ receipt }: { receipt: Receipt }) {
  const { t } = useTranslation('offSwitch');
  return (
    <Section
      title={t('ended.title')}
      text={t('ended.text', { time: formatDuration(receipt.tookMs) })}
    >
      <dl className={classes.steps}>
        {receipt.steps.map((step) => (
          <Step key={step.kind} step={step} />
        ))}
      </dl>
    </Section>
  );
}

function Step({ step }: { step: SwitchStep }) {
  const { t } = useTranslation('offSwitch');
  const { count, kind, ms, things } = step;
  return (
    <div className={classes.step}>
      <dt>
        {t(`ended.step.${kind}`)}
        <span className={classes.ms}>{formatDuration(ms)}</span>
      </dt>
      <dd>
        <CountOf kind={kind} count={count} />
        {things.length > 0 && <Things step={step} />}
        {things.length > 0 && count > things.length && (
          <Text c="dimmed" fz="sm">
            {t('ended.more', { count: count - things.length })}
          </Text>
        )}
      </dd>
    </div>
  );
}

function CountOf({ kind, count }: Pick<SwitchStep, 'kind' | 'count'>) {
  const { t } = useTranslation(['offSwitch', 'common']);
  if (kind === 'state') {
    return <span>{count > 0 ? t('common:yes') : t('ended.already')}</span>;
  }
  return <span className="gh-figures">{formatNumber(count)}</span>;
}

function Things({ step: { kind, things } }: { step: SwitchStep }) {
  const nameOf = useThingName();
  return (
    <LongList items={things}>
      {(items, isHidden) => (
        <ul className={classes.things}>
          {items.map((thing, at) => (
            <li
              // biome-ignore lint/suspicious/noArrayIndexKey: two may be alike, and none ever moves.
              key={at}
              className={isHidden(at) ? classes.hidden : undefined}
            >
              <span>{nameOf(kind, thing)}</span>{' '}
              {thing.detail !== '' && <code className={classes.detail}>{thing.detail}</code>}
            </li>
          ))}
        </ul>
      )}
    </LongList>
  );
}

/** Devices by browser and system, everything else by its name. */
function useThingName(): (kind: SwitchStep['kind'], thing: EndedThing) => string {
  const { t } = useTranslation(['offSwitch', 'profile']);
  return (kind, { name }) => {
    if (kind !== 'sessions' && kind !== 'tokens') return name;
    const { browser, system } = deviceOf(name);
    if (browser && system) return t('profile:devices.browserOn', { browser, system });
    return browser ?? system ?? (name.slice(0, 60) || t('ended.unknownDevice'));
  };
}

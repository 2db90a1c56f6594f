import { Text, Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { KeyView } from '#shared/schemas/keys.ts';
import { formatDateTime, formatNumber } from '../../lib/format.ts';
import { RelativeTime } from '../../ui/figures.tsx';
import { StateBadge } from '../../ui/StateBadge.tsx';
import classes from './keys.module.css';
import { useScopeName } from './use-scopes.ts';

/** What it is, and until when the secret before this one works. */
export function KeyStateCell({ apiKey: { state, previousUntil } }: { apiKey: KeyView }) {
  const { t } = useTranslation('keys');
  return (
    <div className={classes.state}>
      <StateBadge state={state} />
      {previousUntil !== null && state !== 'revoked' && (
        <Text fz="xs" c="dimmed">
          {t('overlap', { at: formatDateTime(previousUntil) })}
        </Text>
      )}
    </div>
  );
}

/** Models, then what else narrows it: uses and addresses. */
export function MayUse({ apiKey: { allowedModels, scopes, addresses } }: { apiKey: KeyView }) {
  const { t } = useTranslation('keys');
  const nameOf = useScopeName();
  return (
    <>
      <Allowed models={allowedModels} />
      {scopes.length > 0 && (
        <Text fz="xs" c="dimmed">
          {scopes.map(nameOf).join(t('preview.comma'))}
        </Text>
      )}
      {addresses.length > 0 && (
        <Text fz="xs" c="dimmed" title={addresses.join('\n')}>
          {t('addressCount', { count: addresses.length })}
        </Text>
      )}
    </>
  );
}

/** Tokens a day have a column of their own. */
export function KeyLimits({ limited: { moreLimits: count, rpm } }: { limited: KeyView }) {
  const { t } = useTranslation('keys');
  const parts: string[] = [];
  if (rpm !== null) parts.push(t('limits.rpm', { value: formatNumber(rpm) }));
  if (count > 0) parts.push(t(rpm === null ? 'limits.count' : 'limits.more', { count }));
  if (parts.length === 0) return <Dim>{t('limits.none')}</Dim>;
  return parts.map((part) => (
    <div key={part} className={classes.nowrap}>
      {part}
    </div>
  ));
}

/** A time that is told as how far away it is. */
export function When({ iso }: { iso: string }) {
  return (
    <span className={classes.nowrap}>
      <RelativeTime iso={iso} />
    </span>
  );
}

/** Words that say there is nothing. */
export function Dim({ children }: { children: string }) {
  return (
    <Text component="span" c="dimmed" className={classes.nowrap}>
      {children}
    </Text>
  );
}

/** The first allowed model and how many more; all of them on hover and focus. */
function Allowed({ models }: { models: readonly string[] }) {
  const { t } = useTranslation('keys');
  const first = models[0];
  if (first === undefined) return <Dim>{t('allModels')}</Dim>;
  const more = models.length - 1;
  return (
    <Tooltip
      label={models.join(', ')}
      multiline
      maw={360}
      events={{ hover: true, focus: true, touch: true }}
    >
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the whole list is in the tooltip, for the keyboard too */}
      <span className={classes.models} tabIndex={0}>
        <span className={classes.model}>{first}</span>
        {more > 0 && <Dim>{t('moreModels', { count: more })}</Dim>}
      </span>
    </Tooltip>
  );
}

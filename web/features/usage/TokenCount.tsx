import { Tooltip, VisuallyHidden } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '../../lib/format.ts';
import classes from './usage.module.css';

/** A number of tokens; `≈` where Gatehouse counted itself. */
export function TokenCount({ count, estimated }: { count: number; estimated: boolean }) {
  const { t } = useTranslation('usage');
  const figure = formatNumber(count);
  if (!estimated || count === 0) return <span className="gh-figures">{figure}</span>;
  return (
    <Tooltip label={t('estimated')} multiline maw={280}>
      <span className={`gh-figures ${classes.above}`}>
        <span aria-hidden>≈ {figure}</span>
        <VisuallyHidden>{t('estimatedCount', { count })}</VisuallyHidden>
      </span>
    </Tooltip>
  );
}

import { useTranslation } from 'react-i18next';
import type { Kept, Receipt } from '#shared/schemas/off-switch.ts';
import { Section } from '../../ui/Section.tsx';
import classes from './receipt.module.css';

/** What stays there, and why. */
export function ReceiptKept({ receipt: { kept, kind, steps, streams } }: { receipt: Receipt }) {
  const { t } = useTranslation('offSwitch');
  const own = kind === 'own';
  const begun = streams.filter((stream) => stream.begun).length;
  const withdrawn = steps.some((step) => step.kind === 'loans' && step.count > 0);
  const lineOf = ({ count, kind: what }: Kept): string => {
    if (!own || what === 'loans' || what === 'elsewhere') return t(`kept.${what}`, { count });
    return what === 'accounts' ? t('kept.ownAccounts', { count }) : t('kept.ownSignInWays');
  };
  return (
    <Section title={t('kept.title')}>
      <ul className={classes.kept}>
        {begun > 0 && <li>{t('kept.begun', { count: begun })}</li>}
        {kept.map((line) => (
          <li key={line.kind}>{lineOf(line)}</li>
        ))}
        {withdrawn && <li>{t('kept.borrowed')}</li>}
        <li>{t(own ? 'kept.ownNoUndo' : 'kept.noUndo')}</li>
      </ul>
    </Section>
  );
}

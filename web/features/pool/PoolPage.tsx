import { useTranslation } from 'react-i18next';
import { can } from '#shared/permissions.ts';
import { useMe } from '../../lib/use-me.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { Movements } from './Movements.tsx';
import { MyCredit } from './MyCredit.tsx';
import { PoolSettingsCard } from './PoolSettingsCard.tsx';
import classes from './pool.module.css';
import { SharedPool } from './SharedPool.tsx';
import { UseOfMine } from './UseOfMine.tsx';

/** What is lent, what the person may draw from it, and where that went. */
export function PoolPage() {
  const { t } = useTranslation('pool');
  const me = useMe();
  return (
    <>
      <PageHeader title={t('title')} subtitle={t('subtitle')} />
      <div className={classes.page}>
        <MyCredit />
        <SharedPool />
        <Movements />
        <UseOfMine />
        {can(me, 'pool.write') && <PoolSettingsCard />}
      </div>
    </>
  );
}

import { Kbd, Modal } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import classes from './vault.module.css';

const KEYS = [
  ['move', ['↑', '↓']],
  ['page', ['PgUp', 'PgDn']],
  ['ends', ['Home', 'End']],
  ['select', ['Space']],
  ['copy', ['c']],
  ['details', ['Enter']],
  ['search', ['/']],
  ['help', ['?']],
] as const;

/** Which keys the list knows. */
export function KeysHelp({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation('vault');
  return (
    <Modal opened={opened} onClose={onClose} title={t('keys.title')} size="sm">
      <dl className={classes.keys}>
        {KEYS.map(([what, keys]) => (
          <div key={what} style={{ display: 'contents' }}>
            <dt>
              {keys.map((key) => (
                <Kbd key={key} mr={4}>
                  {key}
                </Kbd>
              ))}
            </dt>
            <dd>{t(`keys.${what}`)}</dd>
          </div>
        ))}
      </dl>
    </Modal>
  );
}

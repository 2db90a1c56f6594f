import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './receipt.module.css';

/** Shown at first. */
const FEW = 12;

type LongListProps<Item> = {
  items: readonly Item[];
  /** The list or table body around rows; what is `hidden` is printed all the same. */
  children: (items: readonly Item[], isHidden: (at: number) => boolean) => ReactNode;
};

/** The first few of many, and the others at the press of a button; on paper all of them. */
export function LongList<Item>({ items, children }: LongListProps<Item>) {
  const { t } = useTranslation('offSwitch');
  const [all, setAll] = useState(false);
  return (
    <>
      {children(items, (at) => !all && at >= FEW)}
      {items.length > FEW && (
        <Button
          className={classes.toggle ?? ''}
          variant="subtle"
          size="compact-sm"
          aria-expanded={all}
          onClick={() => setAll(!all)}
        >
          {all ? t('ended.showFewer') : t('ended.showAll', { count: items.length })}
        </Button>
      )}
    </>
  );
}

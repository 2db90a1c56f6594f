import { ActionIcon, Checkbox, UnstyledButton } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { VaultView } from '#shared/schemas/vault.ts';
import { useNow } from '../../lib/use-now.ts';
import type { More } from '../../ui/DataTable.tsx';
import { VaultCell } from './VaultCell.tsx';
import type { RowEvents } from './VaultGrid.tsx';
import classes from './vault-cards.module.css';

/** Px that a card is thought to be high until it was drawn. */
const CARD = 208;
/** So many cards before the end the next page is asked for. */
const AHEAD = 40;

type VaultCardsProps = Pick<RowEvents, 'onOpen' | 'onMenu' | 'onToggle'> & {
  rows: readonly VaultView[];
  /** Of all that fit, loaded or not. */
  total: number;
  isChosen: (id: string) => boolean;
  more: More | undefined;
};

const SHOWN = ['email', 'state', 'result', 'accessToken', 'next', 'tags'] as const;

/** The list on phones: what matters of each account as a card; only those in sight are drawn. */
export function VaultCards(props: VaultCardsProps) {
  const { isChosen, more, onMenu, onOpen, onToggle, rows, total } = props;
  const { t } = useTranslation(['vault', 'common']);
  const now = useNow();
  const list = useRef<HTMLUListElement>(null);
  const top = useTop(list);
  const virtualizer = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => CARD,
    overscan: 6,
    scrollMargin: top,
    getItemKey: (index) => rows[index]?.id ?? index,
  });
  const seen = virtualizer.getVirtualItems();
  const lastSeen = seen.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && !more.loading && lastSeen > rows.length - AHEAD) more.onLoad();
  }, [more, lastSeen, rows.length]);

  return (
    <ul
      ref={list}
      className={classes.cards}
      aria-label={t('title')}
      style={{ height: virtualizer.getTotalSize() }}
    >
      {seen.map(({ index, start }) => {
        const row = rows[index];
        if (!row) return null;
        return (
          <li
            key={row.id}
            ref={virtualizer.measureElement}
            data-index={index}
            data-chosen={isChosen(row.id)}
            className={classes.card}
            style={{ transform: `translateY(${start - top}px)` }}
            aria-posinset={index + 1}
            aria-setsize={total}
          >
            <div className={classes.head}>
              <Checkbox
                size="md"
                aria-label={t('select.one', { name: row.bizId })}
                checked={isChosen(row.id)}
                onChange={() => onToggle(row)}
              />
              <UnstyledButton className={classes.open} onClick={() => onOpen(row)}>
                {row.bizId}
              </UnstyledButton>
              <ActionIcon
                aria-label={t('common:actionsFor', { name: row.bizId })}
                aria-haspopup="menu"
                onClick={(event) => onMenu(row, event.currentTarget)}
              >
                <IconDots size={18} />
              </ActionIcon>
            </div>
            <dl className={classes.pairs}>
              {SHOWN.map((column) => (
                <div key={column}>
                  <dt>{t(`column.${column}`)}</dt>
                  <dd>
                    <VaultCell {...{ column, row, now, t }} />
                  </dd>
                </div>
              ))}
            </dl>
          </li>
        );
      })}
    </ul>
  );
}

/** Px from the top of the page, which changes with what is above. */
function useTop(list: React.RefObject<HTMLElement | null>): number {
  const [top, setTop] = useState(0);
  useLayoutEffect(() => {
    const measure = () => {
      const box = list.current?.getBoundingClientRect();
      if (box) setTop(Math.round(box.top + window.scrollY));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, [list]);
  return top;
}

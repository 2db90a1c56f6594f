// biome-ignore-all lint/a11y/useSemanticElements: a table's own elements cannot be placed by their offset.
import { UnstyledButton } from '@mantine/core';
import { IconArrowDown, IconArrowUp, IconCopy, IconDots } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useEffect, useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { VaultSort, VaultView } from '#shared/schemas/vault.ts';
import { useNow } from '../../lib/use-now.ts';
import type { More } from '../../ui/DataTable.tsx';
import type { ColumnId } from './column-choice.ts';
import { useListKeys } from './use-list-keys.ts';
import type { ListSort } from './use-vault-list.ts';
import { type CellTexts, SHAPES, VaultCell } from './VaultCell.tsx';
import classes from './vault.module.css';

const ROW = 42;
const HEAD = 38;
const CHECK = 44;
const LAST = 48;
/** So many rows before the end the next page is asked for. */
const AHEAD = 120;

/** What can be done with a row; the functions stay the same while rows are drawn. */
export type RowEvents = {
  onToggle: (row: VaultView) => void;
  onOpen: (row: VaultView) => void;
  onCopy: (row: VaultView) => void;
  onMenu: (row: VaultView, button: HTMLElement) => void;
};

type VaultGridProps = RowEvents & {
  rows: readonly VaultView[];
  /** Of all that fit, loaded or not. */
  total: number;
  columns: readonly ColumnId[];
  isChosen: (id: string) => boolean;
  sort: ListSort;
  onSort: (by: VaultSort) => void;
  more: More | undefined;
};

/** Tens of thousands of accounts: only the rows in sight are drawn, each of the same height. */
export function VaultGrid(props: VaultGridProps) {
  const { columns, isChosen, more, onCopy, onMenu, onOpen, onSort, onToggle, rows, sort } = props;
  const { t } = useTranslation(['vault', 'common']);
  const now = useNow();
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 10,
    paddingStart: HEAD,
    scrollPaddingStart: HEAD,
  });
  const width = columns.reduce((sum, id) => sum + SHAPES[id].width, CHECK + LAST);
  const seen = virtualizer.getVirtualItems();
  const lastSeen = seen.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && !more.loading && lastSeen > rows.length - AHEAD) more.onLoad();
  }, [more, lastSeen, rows.length]);

  const at = (index: number, act: (row: VaultView) => void) => {
    const row = rows[index];
    if (row) act(row);
  };
  const keys = useListKeys({
    count: rows.length,
    onSelect: (index) => at(index, onToggle),
    onCopy: (index) => at(index, onCopy),
    onOpen: (index) => at(index, onOpen),
    onMove: (index) => virtualizer.scrollToIndex(index),
  });
  const { stay, toEnd } = keys;
  useEffect(() => {
    if (toEnd) virtualizer.scrollToIndex(rows.length - 1);
  }, [toEnd, rows.length, virtualizer]);
  const active = rows[keys.active];
  const events = useMemo(
    () => ({ onCopy, onMenu, onOpen, onToggle }),
    [onCopy, onMenu, onOpen, onToggle],
  );

  return (
    <div
      ref={scroller}
      id="vault-list"
      role="grid"
      tabIndex={0}
      className={classes.scroller}
      aria-label={t('title')}
      aria-rowcount={props.total + 1}
      aria-colcount={columns.length + 2}
      aria-multiselectable
      {...(active && { 'aria-activedescendant': `vault-${active.id}` })}
      onKeyDown={keys.onKeyDown}
      onWheel={toEnd ? stay : undefined}
      onPointerDown={toEnd ? stay : undefined}
      onBlur={toEnd ? stay : undefined}
      onFocus={() => keys.active < 0 && rows.length > 0 && keys.setActive(0)}
    >
      <div style={{ width, minWidth: '100%', height: virtualizer.getTotalSize() }}>
        <Head {...{ columns, onSort, sort }} />
        {seen.map(({ index, start }) => {
          const row = rows[index];
          return row ? (
            <Row
              key={row.id}
              {...{ row, columns, index, start, now, t, events }}
              chosen={isChosen(row.id)}
              active={index === keys.active}
            />
          ) : null;
        })}
      </div>
    </div>
  );
}

function Head({ columns, onSort, sort }: Pick<VaultGridProps, 'columns' | 'onSort' | 'sort'>) {
  const { t } = useTranslation('vault');
  return (
    <div role="row" aria-rowindex={1} tabIndex={-1} className={classes.head}>
      <div
        role="columnheader"
        tabIndex={-1}
        className={classes.check}
        aria-label={t('select.column')}
      />
      {columns.map((id) => {
        const { sort: by, width } = SHAPES[id];
        const sorted = by === sort.by;
        const Arrow = sort.descending ? IconArrowDown : IconArrowUp;
        const order = sort.descending ? 'descending' : 'ascending';
        return (
          <div
            key={id}
            role="columnheader"
            tabIndex={-1}
            className={classes.cell}
            style={{ width }}
            {...(sorted && { 'aria-sort': order })}
          >
            {by ? (
              <UnstyledButton className={classes.sort} onClick={() => onSort(by)}>
                {t(`column.${id}`)}
                {sorted && <Arrow size={13} stroke={2} aria-hidden />}
              </UnstyledButton>
            ) : (
              t(`column.${id}`)
            )}
          </div>
        );
      })}
      <div
        role="columnheader"
        tabIndex={-1}
        className={classes.last}
        aria-label={t('action.open')}
      />
    </div>
  );
}

type RowProps = {
  row: VaultView;
  columns: readonly ColumnId[];
  index: number;
  /** Px from the top. */
  start: number;
  now: number;
  t: CellTexts;
  events: RowEvents;
  chosen: boolean;
  active: boolean;
};

const Row = memo(function Row(props: RowProps) {
  const { active, chosen, columns, events, index, now, row, start, t } = props;
  return (
    <div
      id={`vault-${row.id}`}
      role="row"
      tabIndex={-1}
      className={classes.row}
      style={{ transform: `translateY(${start}px)`, minWidth: '100%' }}
      aria-rowindex={index + 2}
      aria-selected={chosen}
      data-active={active}
    >
      <div role="gridcell" tabIndex={-1} className={classes.check}>
        <input
          type="checkbox"
          aria-label={t('select.one', { name: row.bizId })}
          checked={chosen}
          onChange={() => events.onToggle(row)}
        />
      </div>
      {columns.map((column) => (
        <div
          key={column}
          role={column === 'bizId' ? 'rowheader' : 'gridcell'}
          tabIndex={-1}
          className={classes.cell}
          style={{ width: SHAPES[column].width }}
        >
          {column === 'bizId' ? (
            <BizId {...{ row, events, t }} />
          ) : (
            <span>
              <VaultCell {...{ column, row, now, t }} />
            </span>
          )}
        </div>
      ))}
      <div role="gridcell" tabIndex={-1} className={classes.last}>
        <UnstyledButton
          className={classes.icon}
          aria-label={t('common:actionsFor', { name: row.bizId })}
          aria-haspopup="menu"
          onClick={(event) => events.onMenu(row, event.currentTarget)}
        >
          <IconDots size={18} />
        </UnstyledButton>
      </div>
    </div>
  );
});

function BizId({ row, events, t }: Pick<RowProps, 'row' | 'events' | 't'>) {
  return (
    <div className={classes.biz}>
      <UnstyledButton
        className={classes.open}
        title={row.bizId}
        tabIndex={-1}
        onClick={() => events.onOpen(row)}
      >
        {row.bizId}
      </UnstyledButton>
      <UnstyledButton
        className={classes.icon}
        tabIndex={-1}
        aria-label={t('common:copyNamed', { what: row.bizId })}
        onClick={() => events.onCopy(row)}
      >
        <IconCopy size={14} />
      </UnstyledButton>
    </div>
  );
}

import { UnstyledButton } from '@mantine/core';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './DataTable.module.css';
import type { Column, DataTableProps, Sorting } from './DataTable.tsx';
import { LoadMore } from './LoadMore.tsx';

const VIRTUAL_FROM = 100;
const ROW_HEIGHT = 45;

/** The desktop form of DataTable. */
export function Grid<Row>(props: DataTableProps<Row>) {
  const { label, columns, rows, rowKey, actions } = props;
  const { t } = useTranslation('common');
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = rows.length > VIRTUAL_FROM;
  const virtualizer = useVirtualizer({
    count: virtual ? rows.length : 0,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
  });
  const seen = virtualizer.getVirtualItems();
  const before = seen[0]?.start ?? 0;
  const after = virtual ? virtualizer.getTotalSize() - (seen.at(-1)?.end ?? 0) : 0;
  const shown = virtual ? seen.map(({ index }) => index) : rows.map((_, index) => index);
  const width = columns.length + (actions ? 1 : 0);

  return (
    <section ref={scroller} className={classes.scroller} aria-label={label}>
      <table className={classes.table} aria-label={label} aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.id}
                scope="col"
                data-align={column.align ?? 'left'}
                style={{ width: column.width }}
                {...ariaSort(column, props.sorting)}
              >
                <Heading column={column} sorting={props.sorting} />
              </th>
            ))}
            {actions && (
              <th scope="col" className={classes.actions}>
                <span className={classes.hidden}>{t('actions')}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          <Spacer height={before} columns={width} />
          {shown.map((index) => {
            const row = rows[index];
            if (row === undefined) return null;
            return (
              <tr
                key={rowKey(row)}
                ref={virtual ? virtualizer.measureElement : undefined}
                data-index={index}
                aria-rowindex={index + 2}
              >
                {columns.map((column) => (
                  <Cell key={column.id} column={column} row={row} onOpen={props.onOpen} />
                ))}
                {actions && <td className={classes.actions}>{actions(row)}</td>}
              </tr>
            );
          })}
          <Spacer height={after} columns={width} />
        </tbody>
      </table>
      {props.more && <LoadMore {...props.more} eager />}
    </section>
  );
}

type HeadingProps = {
  column: Pick<Column<never>, 'id' | 'header' | 'sortable'>;
  sorting: Sorting | undefined;
};

function Heading({ column, sorting }: HeadingProps) {
  if (!sorting || !column.sortable) return column.header;
  const sorted = sorting.by === column.id;
  const Arrow = sorting.descending ? IconArrowDown : IconArrowUp;
  return (
    <UnstyledButton className={classes.sort} onClick={() => sorting.onSort(column.id)}>
      {column.header}
      {sorted ? <Arrow size={13} stroke={2} aria-hidden /> : <span className={classes.arrow} />}
    </UnstyledButton>
  );
}

function ariaSort(column: HeadingProps['column'], sorting: Sorting | undefined) {
  if (!sorting || sorting.by !== column.id) return {};
  return { 'aria-sort': sorting.descending ? 'descending' : 'ascending' } as const;
}

type CellProps<Row> = {
  column: Column<Row>;
  row: Row;
  onOpen: ((row: Row) => void) | undefined;
};

function Cell<Row>({ column, row, onOpen }: CellProps<Row>) {
  const content = column.cell(row);
  if (!column.primary) return <td data-align={column.align ?? 'left'}>{content}</td>;
  return (
    <th scope="row" data-align={column.align ?? 'left'}>
      {onOpen ? (
        <UnstyledButton className={classes.open} onClick={() => onOpen(row)}>
          {content}
        </UnstyledButton>
      ) : (
        content
      )}
    </th>
  );
}

/** Stands for the rows that are not drawn. */
function Spacer({ height, columns }: { height: number; columns: number }) {
  if (height <= 0) return null;
  return (
    <tr>
      <td colSpan={columns} style={{ height, padding: 0, border: 0 }} />
    </tr>
  );
}

import { useMediaQuery } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { CardList } from './DataTableCards.tsx';
import { Grid } from './DataTableGrid.tsx';

/** One column of a DataTable. */
export type Column<Row> = {
  /** Stable name of the column. */
  id: string;
  /** The heading; on phones, the label beside the value. */
  header: string;
  cell: (row: Row) => ReactNode;
  align?: 'left' | 'right' | 'center';
  /** CSS width, e.g. `120` or `'20%'`. */
  width?: number | string;
  /** The row's name: heads the card on phones and, with `onOpen`, is its button. One a table. */
  primary?: boolean;
  /** Leaves the column out on phones. */
  hideOnPhone?: boolean;
  /** The heading becomes a button that sorts, where the table is given `sorting`. */
  sortable?: boolean;
};

/** By which column rows are sorted; the table is given them in order. */
export type Sorting = { by: string; descending: boolean; onSort: (column: string) => void };

export type DataTableProps<Row> = {
  /** Says what the table lists, for screen readers. */
  label: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  rowKey: (row: Row) => string;
  /** Makes the primary cell a button that opens the row. */
  onOpen?: (row: Row) => void;
  /** Buttons or a menu at the end of the row. */
  actions?: (row: Row) => ReactNode;
  /** There are more rows to fetch: a button at the end, pressed by itself when it scrolls into view. */
  more?: More;
  /** How rows are sorted, where people may choose; on phones they are offered it elsewhere. */
  sorting?: Sorting;
};

export type More = { onLoad: () => void; loading: boolean };

/**
 * Rows of one kind: a table with a head that stays on top, drawn only where visible beyond 100
 * rows; on phones (≤ 600 px) a list of cards with the same content.
 */
export function DataTable<Row>(props: DataTableProps<Row>) {
  const phone = useMediaQuery('(max-width: 600px)', false, { getInitialValueInEffect: false });
  return phone ? <CardList {...props} /> : <Grid {...props} />;
}

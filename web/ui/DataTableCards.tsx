import { Button, UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './DataTable.module.css';
import type { DataTableProps } from './DataTable.tsx';
import { LoadMore } from './LoadMore.tsx';

const STEP = 50;

/** The phone form of DataTable: each row a card, 50 at a time. */
export function CardList<Row>(props: DataTableProps<Row>) {
  const { label, columns, rows, rowKey, onOpen, actions } = props;
  const { t } = useTranslation('common');
  const [limit, setLimit] = useState(STEP);
  const head = columns.find((column) => column.primary) ?? columns[0];
  const rest = columns.filter((column) => column !== head && !column.hideOnPhone);
  return (
    <>
      <ul className={classes.cards} aria-label={label}>
        {rows.slice(0, limit).map((row) => (
          <li key={rowKey(row)} className={classes.card}>
            <div className={classes.cardHead}>
              {onOpen ? (
                <UnstyledButton className={classes.open} onClick={() => onOpen(row)}>
                  {head?.cell(row)}
                </UnstyledButton>
              ) : (
                <div>{head?.cell(row)}</div>
              )}
              {actions?.(row)}
            </div>
            <dl className={classes.pairs}>
              {rest.map((column) => (
                <div key={column.id}>
                  <dt>{column.header}</dt>
                  <dd>{column.cell(row)}</dd>
                </div>
              ))}
            </dl>
          </li>
        ))}
      </ul>
      {rows.length <= limit && props.more && (
        <LoadMore
          loading={props.more.loading}
          onLoad={() => {
            setLimit(limit + STEP);
            props.more?.onLoad();
          }}
        />
      )}
      {rows.length > limit && (
        <Button variant="default" fullWidth m="md" w="auto" onClick={() => setLimit(limit + STEP)}>
          {t('loadMore')}
        </Button>
      )}
    </>
  );
}

import { Button, Group, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { More } from '../../ui/DataTable.tsx';
import { LoadMore } from '../../ui/LoadMore.tsx';
import { LoadingRows } from '../../ui/LoadState.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import classes from './users.module.css';

/** Shown at first. */
const FEW = 5;

type PersonListProps<Item> = {
  title: string;
  /** Said where there is nothing. */
  none: string;
  query: {
    data: readonly Item[] | undefined;
    error: unknown;
    isPending: boolean;
    refetch: () => unknown;
  };
  keyOf: (item: Item) => string;
  /** How many there are, where not all of them are loaded. */
  total?: number | undefined;
  more?: More | undefined;
  actions?: ReactNode;
  children: (item: Item) => ReactNode;
};

/** A few of what somebody has, and all of it at the press of a button. */
export function PersonList<Item>(props: PersonListProps<Item>) {
  const { actions, children, keyOf, more, none, query, title, total } = props;
  const { t } = useTranslation('users');
  const id = useId();
  const [all, setAll] = useState(false);
  return (
    <section aria-labelledby={id}>
      <Group justify="space-between" mb="xs" mih={30}>
        <Title order={3} fz="md" id={id}>
          {title}
        </Title>
        {actions}
      </Group>
      <QueryBoundary
        query={query}
        loading={<LoadingRows rows={2} />}
        empty={
          <Text c="dimmed" fz="sm">
            {none}
          </Text>
        }
      >
        {(items) => (
          <>
            <Stack component="ul" gap="xs" className={classes.things ?? ''}>
              {(all ? items : items.slice(0, FEW)).map((item) => (
                <li key={keyOf(item)}>{children(item)}</li>
              ))}
            </Stack>
            {all && more && <LoadMore {...more} />}
            {(total ?? items.length) > FEW && (
              <Button
                variant="subtle"
                size="compact-sm"
                mt={6}
                ml={-7}
                aria-expanded={all}
                onClick={() => setAll(!all)}
              >
                {all ? t('drawer.fewer') : t('drawer.all', { count: total ?? items.length })}
              </Button>
            )}
          </>
        )}
      </QueryBoundary>
    </section>
  );
}

type ThingProps = { name: ReactNode; detail: ReactNode; end?: ReactNode };

/** One of them: its name over what is told of it, and how it stands. */
export function Thing({ name, detail, end }: ThingProps) {
  return (
    <>
      <div className={classes.thing}>
        <Text fz="sm" component="div">
          {name}
        </Text>
        <Text fz="xs" c="dimmed" component="div">
          {detail}
        </Text>
      </div>
      {end}
    </>
  );
}

import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Pages } from '../lib/use-pages.ts';
import type { More } from './DataTable.tsx';
import { QueryBoundary } from './QueryBoundary.tsx';
import { Section } from './Section.tsx';

type PagedSectionProps<Row> = {
  pages: Pages<Row>;
  empty: ReactNode;
  /** Says how many rows are there so far. */
  shown?: (count: number) => string;
  children: (rows: readonly Row[], more: { more?: More }) => ReactNode;
};

/** A list that is fetched page by page, in whichever state it is. */
export function PagedSection<Row>({ pages, empty, shown, children }: PagedSectionProps<Row>) {
  const { rows, more } = pages;
  return (
    <>
      <Section flush>
        <QueryBoundary query={{ ...pages, data: rows }} empty={empty}>
          {(all) => children(all, more ? { more } : {})}
        </QueryBoundary>
      </Section>
      {shown && rows && rows.length > 0 && (
        <Text fz="xs" c="dimmed" mt="xs" role="status">
          {shown(rows.length)}
        </Text>
      )}
    </>
  );
}

import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './Facts.module.css';

/** What is known of one thing, name beside value; made of Fact. */
export function Facts({ children }: { children: ReactNode }) {
  return <dl className={classes.facts}>{children}</dl>;
}

type FactProps = {
  name: string;
  /** Said in grey behind the value. */
  note?: string | false;
  children: ReactNode;
};

/** One line of Facts. */
export function Fact({ name, note, children }: FactProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {children}
        {note && (
          <Text span c="dimmed" fz="sm">
            {` · ${note}`}
          </Text>
        )}
      </dd>
    </div>
  );
}

import { Group, Paper, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useId } from 'react';
import classes from './Section.module.css';

type SectionProps = {
  title?: string;
  text?: ReactNode;
  actions?: ReactNode;
  /** Leaves out the inner space, for tables that reach the edge. */
  flush?: boolean;
  children: ReactNode;
};

/** A surface with an optional heading (h2): the one card of the console. */
export function Section({ title, text, actions, flush = false, children }: SectionProps) {
  const id = useId();
  return (
    <Paper
      component="section"
      className={classes.card ?? ''}
      radius="lg"
      aria-labelledby={title ? id : undefined}
    >
      {(title || actions) && (
        <Group justify="space-between" align="flex-start" className={classes.head ?? ''}>
          <div style={{ minWidth: 0, flex: '1 1 200px' }}>
            {title && (
              <Title order={2} id={id}>
                {title}
              </Title>
            )}
            {text && (
              <Text c="dimmed" fz="sm">
                {text}
              </Text>
            )}
          </div>
          {actions}
        </Group>
      )}
      <div className={flush ? classes.flush : classes.body}>{children}</div>
    </Paper>
  );
}

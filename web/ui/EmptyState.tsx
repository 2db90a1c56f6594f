import { Stack, Text, ThemeIcon, Title } from '@mantine/core';
import type { IconProps } from '@tabler/icons-react';
import type { ComponentType, ReactNode } from 'react';

type EmptyStateProps = {
  icon: ComponentType<IconProps>;
  title: string;
  /** What this place is for, or what to do next. */
  text?: ReactNode;
  action?: ReactNode;
};

/** What a page or list shows when there is nothing yet: why, and the way on. */
export function EmptyState({ icon: Icon, title, text, action }: EmptyStateProps) {
  return (
    <Stack align="center" gap={6} py={48} px="md" ta="center" mx="auto" maw={460}>
      <ThemeIcon size={46} radius="lg" variant="light" mb={6}>
        <Icon size={24} stroke={1.6} aria-hidden />
      </ThemeIcon>
      <Title order={2}>{title}</Title>
      {text && <Text c="dimmed">{text}</Text>}
      {action && <div style={{ marginTop: 12 }}>{action}</div>}
    </Stack>
  );
}

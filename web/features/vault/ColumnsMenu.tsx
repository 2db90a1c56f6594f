import { ActionIcon, Button, Checkbox, Group, Popover, ScrollArea, Stack } from '@mantine/core';
import { IconChevronDown, IconChevronUp, IconColumns } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { type ColumnChoice, moved, toggled, USUAL } from './column-choice.ts';

type ColumnsMenuProps = { choice: ColumnChoice; onChoice: (choice: ColumnChoice) => void };

/** Which columns are shown, and in which order; kept on this device. */
export function ColumnsMenu({ choice, onChoice }: ColumnsMenuProps) {
  const { t } = useTranslation('vault');
  return (
    <Popover position="bottom-end" trapFocus returnFocus shadow="md">
      <Popover.Target>
        <Button variant="default" size="xs" leftSection={<IconColumns size={15} />}>
          {t('columns.open')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p="xs">
        <ScrollArea.Autosize mah={360} type="auto">
          <Stack gap={2} pr="sm">
            {choice.order.map((id, index) => {
              const name = t(`column.${id}`);
              return (
                <Group key={id} gap={2} wrap="nowrap" justify="space-between">
                  <Checkbox
                    label={name}
                    size="sm"
                    disabled={id === 'bizId'}
                    checked={id === 'bizId' || !choice.hidden.includes(id)}
                    onChange={() => onChoice(toggled(choice, id))}
                  />
                  <Group gap={0} wrap="nowrap">
                    <ActionIcon
                      size="sm"
                      aria-label={t('columns.up', { name })}
                      disabled={index === 0}
                      onClick={() => onChoice(moved(choice, id, -1))}
                    >
                      <IconChevronUp size={15} />
                    </ActionIcon>
                    <ActionIcon
                      size="sm"
                      aria-label={t('columns.down', { name })}
                      disabled={index === choice.order.length - 1}
                      onClick={() => onChoice(moved(choice, id, 1))}
                    >
                      <IconChevronDown size={15} />
                    </ActionIcon>
                  </Group>
                </Group>
              );
            })}
          </Stack>
        </ScrollArea.Autosize>
        <Button variant="subtle" size="xs" fullWidth mt={6} onClick={() => onChoice(USUAL)}>
          {t('columns.usual')}
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}

import { Group, Select, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { trpc } from '../../lib/trpc.ts';
import { readyFirst, useChatStore, useModel } from './use-chat.ts';

/** Chooses the model of the next question; those that can answer now come first. */
export function ModelSelect() {
  const { t } = useTranslation('playground');
  const store = useChatStore();
  const model = useModel();
  const { data = [] } = useQuery(trpc.models.available.queryOptions());
  const ready = new Set(data.filter((each) => each.ready).map(({ name }) => name));
  return (
    <Select
      aria-label={t('model')}
      placeholder={t('chooseModel')}
      searchable
      allowDeselect={false}
      nothingFoundMessage={t('noModelMatch')}
      limit={200}
      maxDropdownHeight={360}
      value={model?.name ?? null}
      onChange={(name) => store.setSettings({ model: name })}
      data={readyFirst(data).map(({ name }) => name)}
      renderOption={({ option }) => (
        <Group justify="space-between" flex={1} gap="xs" wrap="nowrap">
          <span style={{ overflowWrap: 'anywhere' }}>{option.value}</span>
          {!ready.has(option.value) && (
            <Text span fz="xs" c="dimmed" flex="none">
              {t('notReady')}
            </Text>
          )}
        </Group>
      )}
    />
  );
}

import { ActionIcon, Button, Group, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { PoolSettings } from '#shared/schemas/pool.ts';
import { trpc } from '../../lib/trpc.ts';
import classes from './pool.module.css';

const MOST_GROUPS = 100;

/** Groups of models that share one credit; a model that is in one is offered to no other. */
export function GroupEditor({ form }: { form: UseFormReturnType<PoolSettings> }) {
  const { t } = useTranslation('pool');
  const models = useQuery(trpc.models.available.queryOptions());
  const { groups } = form.values;
  const taken = new Set(groups.flatMap((group) => group.models));
  const free = (models.data ?? []).map(({ name }) => name).filter((name) => !taken.has(name));
  return (
    <fieldset className={classes.group} aria-label={t('settings.groups')}>
      <Stack gap="xs">
        <div>
          <Text fw={550}>{t('settings.groups')}</Text>
          <Text fz="sm" c="dimmed">
            {t('settings.groupsHint')} {t('settings.regroup')}
          </Text>
        </div>
        {groups.map((group, index) => (
          <fieldset
            // biome-ignore lint/suspicious/noArrayIndexKey: a group has no other identity than its place
            key={index}
            className={classes.group}
            aria-label={t('settings.groupN', { n: index + 1 })}
          >
            <Group align="flex-start" gap="sm" wrap="nowrap">
              <Stack gap={6} flex={1} miw={0}>
                <TextInput
                  label={t('settings.name')}
                  {...form.getInputProps(`groups.${index}.name`)}
                />
                <TagsInput
                  label={t('settings.models')}
                  data={[...group.models, ...free]}
                  {...form.getInputProps(`groups.${index}.models`)}
                />
              </Stack>
              <ActionIcon
                mt={27}
                size="lg"
                aria-label={t('settings.removeGroup', { n: index + 1 })}
                onClick={() => form.removeListItem('groups', index)}
              >
                <IconTrash size={17} />
              </ActionIcon>
            </Group>
          </fieldset>
        ))}
        <Group>
          <Button
            variant="default"
            size="xs"
            leftSection={<IconPlus size={15} />}
            disabled={groups.length >= MOST_GROUPS}
            onClick={() => form.insertListItem('groups', { name: '', models: [] })}
          >
            {t('settings.addGroup')}
          </Button>
        </Group>
      </Stack>
    </fieldset>
  );
}

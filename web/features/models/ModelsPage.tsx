import { Button, Group, Text } from '@mantine/core';
import { IconCube, IconFilterOff, IconListCheck, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ModelView } from '#shared/schemas/models.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAddHash } from '../../lib/use-add-hash.ts';
import { useDialog } from '../../lib/use-dialog.ts';
import { useCan } from '../../lib/use-me.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { Section } from '../../ui/Section.tsx';
import { AddManyDrawer } from './AddManyDrawer.tsx';
import { DeleteModel } from './DeleteModel.tsx';
import { filterModels } from './filter-models.ts';
import { ModelDrawer } from './ModelDrawer.tsx';
import { ModelsTable } from './ModelsTable.tsx';
import { Suggestions } from './Suggestions.tsx';

/** The models: admins keep them, members read them. */
export function ModelsPage() {
  const { t } = useTranslation('models');
  const admin = useCan('models.write');
  const models = useQuery(trpc.models.list.queryOptions(undefined, { refetchInterval: 30_000 }));
  const editing = useDialog<{ model: ModelView | null }>();
  const many = useDialog<true>();
  const add = () => editing.open({ model: null });
  useAddHash('/models', () => {
    if (admin) add();
  });
  const buttons = (
    <>
      <Button
        variant="default"
        leftSection={<IconListCheck size={17} />}
        onClick={() => many.open(true)}
      >
        {t('addMany')}
      </Button>
      <Button leftSection={<IconPlus size={17} />} onClick={add}>
        {t('add')}
      </Button>
    </>
  );

  return (
    <>
      <PageHeader
        title={t('title')}
        subtitle={admin ? t('subtitle') : t('subtitleMember')}
        actions={admin && buttons}
      />
      {admin && <Suggestions />}
      <QueryBoundary
        query={models}
        empty={
          <Section>
            <EmptyState
              icon={IconCube}
              title={t('empty')}
              text={admin ? t('emptyText') : t('emptyMember')}
              action={
                admin && (
                  <Group gap="xs" justify="center">
                    {buttons}
                  </Group>
                )
              }
            />
          </Section>
        }
      >
        {(all) => (
          <ModelList models={all} onEdit={admin ? (model) => editing.open({ model }) : null} />
        )}
      </QueryBoundary>
      {editing.value && (
        <ModelDrawer
          key={`edit-${editing.turn}`}
          opened={editing.opened}
          onClose={editing.close}
          model={editing.value.model}
        />
      )}
      {many.value && (
        <AddManyDrawer
          key={`many-${many.turn}`}
          opened={many.opened}
          onClose={many.close}
          models={models.data ?? []}
        />
      )}
    </>
  );
}

type ModelListProps = {
  models: readonly ModelView[];
  /** Null: read-only. */
  onEdit: ((model: ModelView) => void) | null;
};

function ModelList({ models, onEdit }: ModelListProps) {
  const { t } = useTranslation('models');
  const [text, setText] = useState('');
  const shown = filterModels(models, useDeferredValue(text));
  const deleting = useDialog<ModelView>();
  return (
    <>
      <Group mb="sm">
        <SearchField
          label={t('filter.text')}
          placeholder={t('filter.textHint')}
          value={text}
          onChange={setText}
        />
        <Text fz="sm" c="dimmed" ml="auto" role="status" className="gh-figures">
          {text.trim() === ''
            ? ''
            : t('filter.shown', { shown: shown.length, total: models.length })}
        </Text>
      </Group>
      <Section flush>
        {shown.length === 0 ? (
          <EmptyState
            icon={IconFilterOff}
            title={t('filter.noMatch')}
            text={t('filter.noMatchText')}
            action={
              <Button variant="default" onClick={() => setText('')}>
                {t('filter.clear')}
              </Button>
            }
          />
        ) : (
          <ModelsTable models={shown} edit={onEdit && { onEdit, onDelete: deleting.open }} />
        )}
      </Section>
      {deleting.value && (
        <DeleteModel
          key={deleting.turn}
          opened={deleting.opened}
          onClose={deleting.close}
          model={deleting.value}
        />
      )}
    </>
  );
}

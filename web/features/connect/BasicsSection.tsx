import { Alert, Anchor, Button, Group, Select, Text } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Trans, useTranslation } from 'react-i18next';
import type { AvailableModel } from '#shared/schemas/models.ts';
import { trpc } from '../../lib/trpc.ts';
import { CopyField } from '../../ui/CopyField.tsx';
import { Section } from '../../ui/Section.tsx';
import { readyFirst } from './choose-model.ts';
import classes from './connect.module.css';
import { KEY_VARIABLE } from './tools/tool.ts';

type BasicsProps = {
  models: readonly AvailableModel[];
  model: string;
  onModel: (name: string) => void;
};

/** What every tool needs: a model, a key, and where to send its requests. */
export function BasicsSection({ models, model, onModel }: BasicsProps) {
  const { t } = useTranslation('connect');
  const { origin } = window.location;
  return (
    <div className={classes.basics}>
      <Section title={t('basics.title')}>
        <div className={classes.columns}>
          <ModelField models={models} model={model} onModel={onModel} />
          <KeyField />
        </div>
        <div className={classes.addresses}>
          <CopyField label={t('basics.openai')} value={`${origin}/v1`} />
          <CopyField label={t('basics.anthropic')} value={origin} />
          <CopyField label={t('basics.gemini')} value={origin} />
        </div>
        <Text fz="sm" c="dimmed" mt="xs">
          {t('basics.addressHint')}
        </Text>
      </Section>
    </div>
  );
}

function ModelField({ models, model, onModel }: BasicsProps) {
  const { t } = useTranslation('connect');
  const ready = new Set(models.filter((each) => each.ready).map(({ name }) => name));
  return (
    <Select
      label={t('basics.model')}
      description={t('basics.modelHint')}
      inputWrapperOrder={['label', 'input', 'description']}
      classNames={{ description: classes.hint ?? '' }}
      searchable
      allowDeselect={false}
      nothingFoundMessage={t('basics.noModelMatch')}
      limit={200}
      maxDropdownHeight={360}
      value={model}
      onChange={(name) => name !== null && onModel(name)}
      data={readyFirst(models).map(({ name }) => name)}
      renderOption={({ option }) => (
        <Group justify="space-between" flex={1} gap="xs" wrap="nowrap">
          <span style={{ overflowWrap: 'anywhere' }}>{option.value}</span>
          {!ready.has(option.value) && (
            <Text span fz="xs" c="dimmed" flex="none">
              {t('basics.modelNotReady')}
            </Text>
          )}
        </Group>
      )}
    />
  );
}

/** Where the key comes from and where the snippets read it; the key itself is never on this page. */
function KeyField() {
  const { t } = useTranslation('connect');
  const keys = useQuery(trpc.keys.list.queryOptions({ limit: 1 }));
  const none = keys.data?.counts.active === 0;
  if (none) {
    return (
      <Alert variant="light" icon={<IconKey />} title={t('noKey.title')}>
        <Text fz="sm" mb="xs">
          {t('noKey.text')}
        </Text>
        <Button
          size="xs"
          renderRoot={(props) => <Link {...props} to="/keys" hash="add" />}
          leftSection={<IconKey size={15} />}
        >
          {t('noKey.action')}
        </Button>
      </Alert>
    );
  }
  return (
    <div>
      <CopyField label={t('basics.key')} value={`export ${KEY_VARIABLE}='…'`} />
      <Text fz="sm" c="dimmed" mt={6}>
        <Trans
          t={t}
          i18nKey="basics.keyHint"
          components={{ keys: <Anchor component={Link} to="/keys" inherit /> }}
        />
      </Text>
    </div>
  );
}

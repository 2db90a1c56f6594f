import { ActionIcon, Button, Group, NumberInput, Select, Stack, Text } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { PlatformView } from '#shared/schemas/platforms.ts';
import { formatPercent } from '../../lib/format.ts';
import { trpc } from '../../lib/trpc.ts';
import { type ModelFormValues, newRoute, shares } from './model-form.ts';
import classes from './models.module.css';
import { publicName } from './offered-models.ts';
import { UpstreamField } from './UpstreamField.tsx';

type ModelForm = UseFormReturnType<ModelFormValues>;
const MAX_ROUTES = 50;

/** The routes of a model: platform, upstream name and weight, as many as wanted. */
export function RouteEditor({ form }: { form: ModelForm }) {
  const { t } = useTranslation('models');
  const platforms = useQuery(trpc.platforms.list.queryOptions());
  const { routes } = form.values;
  const parts = shares(routes);
  return (
    <Stack component="fieldset" gap="xs" className={classes.plain} aria-label={t('form.routes')}>
      <div>
        <Text fw={550}>{t('form.routes')}</Text>
        <Text fz="sm" c="dimmed">
          {t('form.routesHint')}
        </Text>
      </div>
      {routes.map(({ key }, index) => (
        <RouteRow
          key={key}
          form={form}
          index={index}
          platforms={platforms.data ?? []}
          share={routes.length > 1 ? parts[index] : undefined}
        />
      ))}
      <Group>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={15} />}
          disabled={routes.length >= MAX_ROUTES}
          onClick={() => form.insertListItem('routes', newRoute())}
        >
          {t('form.addRoute')}
        </Button>
      </Group>
    </Stack>
  );
}

type RouteRowProps = {
  form: ModelForm;
  index: number;
  platforms: readonly PlatformView[];
  /** 0 to 1; undefined when it is the only route. */
  share: number | undefined;
};

function RouteRow({ form, index, platforms, share }: RouteRowProps) {
  const { t } = useTranslation('models');
  const accounts = useQuery(trpc.accounts.list.queryOptions());
  const route = form.values.routes[index];
  if (!route) return null;
  const platform = platforms.find(({ id }) => id === route.platform);
  const own = (accounts.data ?? [])
    .filter(({ mine, platformId }) => mine && platformId === route.platform)
    .sort((a, b) => Number(b.state === 'active') - Number(a.state === 'active'));

  function chooseModel(model: string) {
    const before = form.getValues();
    const followed = before.name === '' || before.name === publicName(route?.model ?? '');
    form.setFieldValue(`routes.${index}.model`, model);
    // The public name follows the first route until somebody gives it another.
    if (index === 0 && followed) form.setFieldValue('name', publicName(model));
  }

  return (
    <fieldset className={classes.routeRow} aria-label={t('form.routeN', { n: index + 1 })}>
      <div className={classes.routeFields}>
        <Select
          label={t('form.platform')}
          required
          data={platforms.map(({ id, name }) => ({ value: id, label: name }))}
          searchable
          allowDeselect={false}
          value={route.platform || null}
          error={form.errors[`routes.${index}.platform`]}
          onChange={(value) => form.setFieldValue(`routes.${index}.platform`, value ?? '')}
        />
        <NumberInput
          label={t('form.weight')}
          min={0}
          max={1_000}
          allowDecimal={false}
          {...form.getInputProps(`routes.${index}.weight`)}
        />
        <NumberInput
          label={t('form.priority')}
          min={0}
          max={100}
          allowDecimal={false}
          {...form.getInputProps(`routes.${index}.priority`)}
        />
        <ActionIcon
          mt={27}
          size="lg"
          aria-label={t('form.removeRoute', { n: index + 1 })}
          disabled={form.values.routes.length === 1}
          onClick={() => form.removeListItem('routes', index)}
        >
          <IconTrash size={17} />
        </ActionIcon>
      </div>
      <div className={classes.upstreamField}>
        <UpstreamField
          key={route.platform}
          platform={platform}
          accounts={own}
          value={route.model}
          error={form.errors[`routes.${index}.model`]}
          onChange={chooseModel}
        />
      </div>
      {share !== undefined && (
        <Text fz="xs" c="dimmed" className="gh-figures">
          {share > 0 && t('form.share', { percent: formatPercent(share) })}
          {share === 0 && t(route.weight === 0 ? 'route.lastResort' : 'form.later')}
        </Text>
      )}
    </fieldset>
  );
}

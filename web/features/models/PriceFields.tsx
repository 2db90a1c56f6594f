import { Button, Group, NumberInput, SimpleGrid, Text } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatPrice } from '../../lib/format.ts';
import { trpc } from '../../lib/trpc.ts';
import { knownPrices, type ModelFormValues, priceValues } from './model-form.ts';
import classes from './models.module.css';

type PriceFieldsProps = { form: UseFormReturnType<ModelFormValues> };

/** What a million tokens cost; the catalogue's price, where it knows one, is one click away. */
export function PriceFields({ form }: PriceFieldsProps) {
  const { t } = useTranslation('models');
  return (
    <fieldset className={classes.plain} aria-label={t('form.price')}>
      <Text fw={550}>{t('form.price')}</Text>
      <Text fz="sm" c="dimmed" mb={6}>
        {t('form.priceHint')}
      </Text>
      <SimpleGrid cols={{ base: 2, xs: 4 }} spacing="sm">
        {(['input', 'cached', 'cacheWrite', 'output'] as const).map((part) => (
          <NumberInput
            key={part}
            label={t(`form.${part}`)}
            placeholder={part === 'cached' || part === 'cacheWrite' ? t('form.cachedHint') : '–'}
            prefix="$"
            min={0}
            max={100_000}
            decimalScale={6}
            hideControls
            inputMode="decimal"
            {...form.getInputProps(`price.${part}`)}
          />
        ))}
      </SimpleGrid>
      <CatalogueOffers form={form} />
    </fieldset>
  );
}

/** The catalogue's prices of the models that the routes lead to. */
function CatalogueOffers({ form }: PriceFieldsProps) {
  const { t } = useTranslation('models');
  const catalogue = useQuery(trpc.models.prices.queryOptions(undefined, { staleTime: 3_600_000 }));
  const platforms = useQuery(trpc.platforms.list.queryOptions());
  const known = knownPrices(form.values.routes, catalogue.data);
  if (known.length === 0 || !catalogue.data) return null;
  const nameOf = (id: string) => platforms.data?.find((it) => it.id === id)?.name ?? id;
  return (
    <div>
      <Text fz="sm" fw={500} mt="sm">
        {t('form.catalogue', { date: catalogue.data.date })}
      </Text>
      {known.map(({ platform, model, price, note }) => {
        const what = { model, platform: nameOf(platform) };
        const figures = { input: formatPrice(price.input), output: formatPrice(price.output) };
        return (
          <Group key={`${platform} ${model}`} gap="xs" wrap="nowrap" align="flex-start">
            <Text fz="sm" c="dimmed" style={{ flex: 1, overflowWrap: 'anywhere' }}>
              {t('form.catalogueFor', { ...what, ...figures })}
              {note !== null && (
                <Text component="span" fz="xs" display="block" lang="en">
                  {note}
                </Text>
              )}
            </Text>
            <Button
              variant="light"
              size="compact-sm"
              aria-label={t('form.catalogueUseFor', what)}
              onClick={() => form.setFieldValue('price', priceValues(price))}
            >
              {t('form.catalogueUse')}
            </Button>
          </Group>
        );
      })}
    </div>
  );
}

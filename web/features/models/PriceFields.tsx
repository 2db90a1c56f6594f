import { Button, Collapse, Group, NumberInput, SimpleGrid, Text, TextInput } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { useDisclosure } from '@mantine/hooks';
import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { formatPrice } from '../../lib/format.ts';
import { trpc } from '../../lib/trpc.ts';
import {
  knownPrices,
  type ModelFormValues,
  OTHER_PARTS,
  type PriceValues,
  priceValues,
  TOKEN_PARTS,
} from './model-form.ts';
import classes from './models.module.css';
import { PriceHistory } from './PriceHistory.tsx';

type ModelForm = UseFormReturnType<ModelFormValues>;

type PriceFieldsProps = {
  form: ModelForm;
  /** The model whose price is changed; null = a new one, whose price begins now. */
  modelId: string | null;
};

/** What is charged as something else where nothing is filled in. */
const HINTS = {
  input: null,
  cached: 'cachedHint',
  cacheWrite: 'cachedHint',
  output: null,
  reasoning: 'reasoningHint',
} as const;

/** What a model costs, and from when; the catalogue's price, where it knows one, is one click away. */
export function PriceFields({ form, modelId }: PriceFieldsProps) {
  const { t } = useTranslation('models');
  return (
    <fieldset className={classes.plain} aria-label={t('form.price')}>
      <Text fw={550}>{t('form.price')}</Text>
      <Text fz="sm" c="dimmed" mb={6}>
        {t('form.priceHint')}
      </Text>
      <SimpleGrid cols={{ base: 2, xs: 3 }} spacing="sm">
        {TOKEN_PARTS.map((part) => (
          <PriceField
            key={part}
            form={form}
            part={part}
            placeholder={HINTS[part] === null ? '–' : t(`form.${HINTS[part]}`)}
          />
        ))}
      </SimpleGrid>
      <OtherPrices form={form} />
      <CatalogueOffers form={form} />
      {modelId !== null && (
        <>
          <TextInput
            type="datetime-local"
            mt="sm"
            label={t('form.priceFrom')}
            description={t('form.priceFromHint', { zone: ownZone() })}
            {...form.getInputProps('priceFrom')}
          />
          <PriceHistory modelId={modelId} />
        </>
      )}
    </fieldset>
  );
}

/** The zone in which the reader's browser reads times. */
const ownZone = () => new Intl.DateTimeFormat().resolvedOptions().timeZone;

type PriceFieldProps = { form: ModelForm; part: keyof PriceValues; placeholder: string };

function PriceField({ form, part, placeholder }: PriceFieldProps) {
  const { t } = useTranslation('models');
  return (
    <NumberInput
      label={t(`form.${part}`)}
      placeholder={placeholder}
      prefix="$"
      min={0}
      max={100_000}
      decimalScale={6}
      hideControls
      inputMode="decimal"
      {...form.getInputProps(`price.${part}`)}
    />
  );
}

/** What is not counted in tokens: behind a button until one is set. */
function OtherPrices({ form }: { form: ModelForm }) {
  const { t } = useTranslation('models');
  const set = OTHER_PARTS.some((part) => form.values.price[part] !== '');
  const [wanted, { toggle }] = useDisclosure(set);
  const opened = wanted || set;
  return (
    <>
      <Button
        variant="subtle"
        size="compact-sm"
        mt="sm"
        aria-expanded={opened}
        leftSection={opened ? <IconChevronDown size={15} /> : <IconChevronRight size={15} />}
        onClick={toggle}
      >
        {t('form.otherPrices')}
      </Button>
      <Collapse expanded={opened}>
        <SimpleGrid cols={{ base: 2, xs: 3 }} spacing="sm" mt={6}>
          {OTHER_PARTS.map((part) => (
            <PriceField key={part} form={form} part={part} placeholder="–" />
          ))}
        </SimpleGrid>
      </Collapse>
    </>
  );
}

/** The catalogue's prices of the models that the routes lead to. */
function CatalogueOffers({ form }: { form: ModelForm }) {
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

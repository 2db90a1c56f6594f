import { Text, Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Price } from '#shared/schemas/models.ts';
import { formatMicros } from '../../lib/format.ts';
import classes from './models.module.css';

/** Dollars as money; the formatter speaks micro-dollars. */
function dollars(amount: number): string {
  return formatMicros(Math.round(amount * 1_000_000));
}

/** What a million tokens cost: input, cached input, output. */
export function ModelPrice({ price }: { price: Price | null }) {
  const { t } = useTranslation('models');
  if (price === null) {
    return (
      <Text component="span" c="dimmed">
        {t('price.none')}
      </Text>
    );
  }
  const input = dollars(price.input);
  const cached = dollars(price.cached ?? price.input);
  const output = dollars(price.output);
  return (
    <Tooltip label={t('price.title', { input, cached, output })}>
      <span className={classes.price}>
        <span>
          {input} <small>{t('price.input')}</small>
        </span>
        {price.cached !== undefined && price.cached !== price.input && (
          <span>
            {cached} <small>{t('price.cached')}</small>
          </span>
        )}
        <span>
          {output} <small>{t('price.output')}</small>
        </span>
      </span>
    </Tooltip>
  );
}

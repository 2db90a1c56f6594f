import { Text, Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Price } from '#shared/schemas/models.ts';
import { formatPrice } from '../../lib/format.ts';
import classes from './models.module.css';

/** What a million tokens cost: input, cached input, output; written cache in the tooltip. */
export function ModelPrice({ price }: { price: Price | null }) {
  const { t } = useTranslation('models');
  if (price === null) {
    return (
      <Text component="span" c="dimmed">
        {t('price.none')}
      </Text>
    );
  }
  const input = formatPrice(price.input);
  const cached = formatPrice(price.cached ?? price.input);
  const cacheWrite = formatPrice(price.cacheWrite ?? price.input);
  const output = formatPrice(price.output);
  return (
    <Tooltip label={t('price.title', { input, cached, cacheWrite, output })}>
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

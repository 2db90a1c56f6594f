import { Text, Tooltip } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Price } from '#shared/schemas/models.ts';
import { formatDate, formatPrice } from '../../lib/format.ts';
import { OTHER_PARTS } from './model-form.ts';
import classes from './models.module.css';

type ModelPriceProps = {
  price: Price | null;
  /** The change that is planned next, if any. */
  next?: { from: string; price: Price | null } | null;
};

/** What a million tokens cost, and what else is charged; the rest of it in the tooltip. */
export function ModelPrice({ price, next = null }: ModelPriceProps) {
  const { t } = useTranslation('models');
  return (
    <>
      <PriceNow price={price} />
      {next && (
        <Text component="div" fz="xs" c="dimmed">
          {t('price.next', { date: formatDate(next.from) })}
        </Text>
      )}
    </>
  );
}

function PriceNow({ price }: { price: Price | null }) {
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
        {price.reasoning !== undefined && price.reasoning !== price.output && (
          <span>
            {formatPrice(price.reasoning)} <small>{t('price.reasoning')}</small>
          </span>
        )}
        {price.cached !== undefined && price.cached !== price.input && (
          <span>
            {cached} <small>{t('price.cached')}</small>
          </span>
        )}
        <span>
          {output} <small>{t('price.output')}</small>
        </span>
        {OTHER_PARTS.map((part) => {
          const dollars = price[part];
          if (dollars === undefined) return null;
          return (
            <span key={part}>
              {formatPrice(dollars)} <small>{t(`price.${part}`)}</small>
            </span>
          );
        })}
      </span>
    </Tooltip>
  );
}

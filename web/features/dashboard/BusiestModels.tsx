import { Anchor } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { CSSProperties } from 'react';
import { useTranslation } from 'react-i18next';
import type { Summary } from '#shared/schemas/usage.ts';
import { formatNumber } from '../../lib/format.ts';
import { Money, Tokens } from '../../ui/figures.tsx';
import { Section } from '../../ui/Section.tsx';
import type { UsageSearch } from '../usage/usage-search.ts';
import classes from './dashboard.module.css';

type BusiestModelsProps = { models: Summary['models']; search: UsageSearch };

/** Models with the most requests; each leads to its requests. */
export function BusiestModels({ models, search }: BusiestModelsProps) {
  const { t } = useTranslation('dashboard');
  const most = Math.max(1, ...models.map(({ requests }) => requests));
  return (
    <Section title={t('models.title')} text={t('models.text')}>
      <table className={classes.models}>
        <thead>
          <tr>
            <th scope="col">{t('models.model')}</th>
            <th scope="col">{t('models.requests')}</th>
            <th scope="col">{t('models.tokens')}</th>
            <th scope="col">{t('models.cost')}</th>
          </tr>
        </thead>
        <tbody>
          {models.map(({ model, requests, tokens, cost }) => (
            <tr key={model} style={{ '--share': requests / most } as CSSProperties}>
              <th scope="row">
                <Anchor
                  inherit
                  c="inherit"
                  renderRoot={(props) => (
                    <Link {...props} to="/usage" search={{ ...search, model }} />
                  )}
                >
                  {model}
                </Anchor>
              </th>
              <td>{formatNumber(requests)}</td>
              <td>
                <Tokens count={tokens} />
              </td>
              <td>
                <Money micros={cost} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}

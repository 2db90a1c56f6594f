import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { type KeyFormValues, typedAddresses } from './key-form.ts';
import classes from './keys.module.css';
import { useScopeName } from './use-scopes.ts';

const MOST_NAMED = 4;

/** Says in words what a key with these settings may do. */
export function KeyPreview({ values }: { values: KeyFormValues }) {
  const { t } = useTranslation('keys');
  const nameOf = useScopeName();
  const formatList = (names: readonly string[]) => names.join(t('preview.comma'));
  const { scopes, allowedModels } = values;
  const addresses = typedAddresses(values.addresses);
  const some = (names: readonly string[]) =>
    formatList(names.length > MOST_NAMED ? [...names.slice(0, MOST_NAMED), '…'] : names);
  const lines = [
    scopes.length === 0
      ? t('preview.anything')
      : t('preview.scopes', { scopes: formatList(scopes.map(nameOf)) }),
    ...(scopes.length > 0 && !scopes.includes('models') ? [t('preview.noLists')] : []),
    allowedModels.length === 0
      ? t('preview.everyModel')
      : t('preview.models', { models: some(allowedModels) }),
    addresses.length === 0
      ? t('preview.anywhere')
      : t('preview.from', { addresses: some(addresses) }),
    t('preview.ownLimits'),
  ];
  return (
    <section className={classes.preview} aria-label={t('preview.title')}>
      <Text fz="sm" fw={550}>
        {t('preview.title')}
      </Text>
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </section>
  );
}

import { Button, Group, Select, Switch, Text } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { KeyState, type KeyView } from '#shared/schemas/keys.ts';
import { SearchField } from '../../ui/SearchField.tsx';
import { isSearching, type KeyFilter } from './filter-keys.ts';
import { useScopeOptions } from './use-scopes.ts';

type KeyFiltersProps = {
  keys: readonly KeyView[];
  /** How many fit. */
  shown: number;
  /** Offers whose keys to show. */
  everyone: boolean;
  filter: KeyFilter;
  onFilter: (filter: KeyFilter) => void;
  /** Begins choosing rows; null while they are chosen. */
  onSelect: (() => void) | null;
};

/** Search and filters over the list of keys. */
export function KeyFilters(props: KeyFiltersProps) {
  const { keys, shown, everyone, filter, onFilter, onSelect } = props;
  const { t } = useTranslation(['keys', 'common']);
  const scopes = useScopeOptions();
  const owners = useMemo(() => {
    const names = new Map(keys.map(({ ownerId, ownerName }) => [ownerId, ownerName]));
    return [...names].map(([value, label]) => ({ value, label }));
  }, [keys]);
  const someRevoked = keys.some(({ state }) => state === 'revoked');
  return (
    <Group gap="sm" mb="sm">
      <SearchField
        label={t('filter.text')}
        placeholder={t('filter.textHint')}
        value={filter.text}
        onChange={(text) => onFilter({ ...filter, text })}
      />
      <Select
        aria-label={t('filter.state')}
        placeholder={t('filter.anyState')}
        data={KeyState.options.map((value) => ({ value, label: t(`common:state.${value}`) }))}
        clearable
        w={140}
        value={filter.state}
        onChange={(state) =>
          onFilter({ ...filter, state: KeyState.options.find((each) => each === state) ?? null })
        }
      />
      <Select
        aria-label={t('filter.scope')}
        placeholder={t('filter.anyScope')}
        data={scopes}
        clearable
        w={140}
        value={filter.scope}
        onChange={(scope) => onFilter({ ...filter, scope })}
      />
      {everyone && (
        <Select
          aria-label={t('filter.owner')}
          placeholder={t('filter.anyOwner')}
          data={owners}
          clearable
          searchable
          limit={100}
          w={150}
          value={filter.owner}
          onChange={(owner) => onFilter({ ...filter, owner })}
        />
      )}
      {someRevoked && (
        <Switch
          label={t('showRevoked')}
          checked={filter.withRevoked}
          onChange={(event) => onFilter({ ...filter, withRevoked: event.currentTarget.checked })}
        />
      )}
      <Text fz="sm" c="dimmed" ml="auto" role="status" className="gh-figures">
        {isSearching(filter) ? t('filter.shown', { shown, total: keys.length }) : ''}
      </Text>
      {onSelect && (
        <Button size="xs" variant="default" onClick={onSelect}>
          {t('select.start')}
        </Button>
      )}
    </Group>
  );
}

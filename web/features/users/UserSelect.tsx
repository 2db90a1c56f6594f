import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { trpc } from '../../lib/trpc.ts';

const WAIT_MS = 200;

type UserSelectProps = {
  label: string;
  /** While nobody is chosen: “Anyone”. */
  placeholder: string;
  value: string | undefined;
  onChange: (id: string | undefined) => void;
};

/** Chooses one of thousands of people: the server looks for what is typed. */
export function UserSelect({ label, placeholder, value, onChange }: UserSelectProps) {
  const { t } = useTranslation('users');
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed, WAIT_MS);
  const found = useQuery(
    trpc.users.names.queryOptions({ search }, { placeholderData: keepPreviousData }),
  );
  const chosen = useQuery(
    trpc.users.names.queryOptions({ ids: value ? [value] : [] }, { enabled: value !== undefined }),
  );
  const people = new Map(
    [...(value ? (chosen.data ?? []) : []), ...(found.data ?? [])].map((user) => [user.id, user]),
  );
  const options = [...people.values()].map(({ id, username }) => ({ value: id, label: username }));
  // Whoever is gone stays chosen, as old records still have them.
  const gone = value !== undefined && !people.has(value);
  return (
    <Select
      label={label}
      placeholder={placeholder}
      clearable
      searchable
      nothingFoundMessage={t('filter.noMatch')}
      // What was found by e-mail address does not show why in its name.
      filter={({ options: all }) => all}
      onSearchChange={(text) => setTyped(text === nameIn(options, value) ? '' : text)}
      value={value ?? null}
      onChange={(id) => onChange(id ?? undefined)}
      data={gone ? [...options, { value, label: value }] : options}
    />
  );
}

function nameIn(options: readonly { value: string; label: string }[], id: string | undefined) {
  return options.find(({ value }) => value === id)?.label;
}

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { KeyFound } from '#shared/schemas/keys.ts';
import { trpc } from '../../lib/trpc.ts';
import { FoundSelect, useTyped } from '../../ui/FoundSelect.tsx';

type KeySelectProps = {
  label: string;
  /** While none is chosen: “Any key”. */
  placeholder: string;
  /** Offers everybody's, each with whose it is. */
  all: boolean;
  value: string | undefined;
  onChange: (id: string | undefined) => void;
};

/** Chooses one of thousands of keys, revoked ones too. */
export function KeySelect({ all, value, ...field }: KeySelectProps) {
  const [search, onType] = useTyped();
  const found = useQuery(
    trpc.keys.find.queryOptions({ all, search }, { placeholderData: keepPreviousData }),
  );
  const chosen = useQuery(
    trpc.keys.find.queryOptions(
      { all, ids: value === undefined ? [] : [value] },
      { enabled: value !== undefined },
    ),
  );
  const option = ({ id, name, ownerName }: KeyFound) => ({
    value: id,
    label: all ? `${name} · ${ownerName}` : name,
  });
  return (
    <FoundSelect
      {...field}
      value={value}
      onType={onType}
      found={(found.data ?? []).map(option)}
      chosen={(chosen.data ?? []).map(option)}
    />
  );
}

import { Button, Select, TextInput } from '@mantine/core';
import { IconCalendarX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { Ref } from 'react';
import { useTranslation } from 'react-i18next';
import { VaultFailure } from '#shared/schemas/vault.ts';
import { EXPIRY_STEPS } from '#shared/schemas/vault-views.ts';
import { formatDate } from '../../lib/format.ts';
import { trpc } from '../../lib/trpc.ts';
import { FilterBar } from '../../ui/FilterBar.tsx';
import { countOf, type Look } from './look.ts';

type VaultFiltersProps = {
  look: Look;
  onLook: (look: Look) => void;
  /** The first field. */
  first: Ref<HTMLInputElement>;
};

const NONE = 'none';

/** What the list is narrowed to; the server does it. */
export function VaultFilters({ first, look, onLook }: VaultFiltersProps) {
  const { t } = useTranslation('vault');
  const choices = useQuery(trpc.vault.choices.queryOptions());
  const set = (change: Look) => onLook({ ...look, ...change });
  const { clients = [], platforms = [], proxies = [] } = choices.data ?? {};
  const named = (rows: readonly { id: string; name: string }[]) => [
    { value: NONE, label: t('filter.none') },
    ...rows.map(({ id, name }) => ({ value: id, label: name })),
  ];
  const idOf = (value: string | null) => (value === NONE ? null : (value ?? undefined));
  const shownOf = (id: string | null | undefined) => (id === null ? NONE : (id ?? null));
  const shared = { placeholder: t('filter.any'), clearable: true } as const;
  return (
    <FilterBar count={countOf(look)} onClear={() => onLook({})}>
      {(['bizId', 'email', 'tag', 'plan'] as const).map((field) => (
        <TextInput
          key={field}
          label={t(`filter.${field}`)}
          placeholder={t('filter.contains')}
          {...(field === 'bizId' && { ref: first })}
          maxLength={60}
          value={look[field] ?? ''}
          onChange={(event) => set({ [field]: event.currentTarget.value || undefined })}
        />
      ))}
      <Select
        {...shared}
        label={t('filter.enabled')}
        data={[
          { value: 'on', label: t('filter.on') },
          { value: 'off', label: t('filter.off') },
        ]}
        value={look.enabled === undefined ? null : look.enabled ? 'on' : 'off'}
        onChange={(value) => set({ enabled: value === null ? undefined : value === 'on' })}
      />
      <Select
        {...shared}
        label={t('filter.failure')}
        data={VaultFailure.options.map((value) => ({ value, label: t(`failure.${value}.title`) }))}
        value={look.failure ?? null}
        onChange={(value) => set({ failure: VaultFailure.safeParse(value).data })}
      />
      <Select
        {...shared}
        label={t('filter.expires')}
        data={EXPIRY_STEPS.map((step) => ({
          value: `${step}`,
          label: t(`filter.within.h${step}`),
        }))}
        value={look.expiresWithin === undefined ? null : `${look.expiresWithin}`}
        onChange={(value) =>
          set({ expiresWithin: EXPIRY_STEPS.find((step) => `${step}` === value) })
        }
      />
      <Select
        {...shared}
        label={t('filter.platform')}
        data={platforms.map(({ id, name }) => ({ value: id, label: name }))}
        value={look.platformId ?? null}
        onChange={(value) => set({ platformId: value ?? undefined })}
      />
      <Select
        {...shared}
        searchable
        label={t('filter.proxy')}
        data={named(proxies)}
        value={shownOf(look.proxyId)}
        onChange={(value) => set({ proxyId: idOf(value) })}
      />
      <Select
        {...shared}
        searchable
        label={t('filter.client')}
        data={named(clients)}
        value={shownOf(look.clientId)}
        onChange={(value) => set({ clientId: idOf(value) })}
      />
      {(['createdFrom', 'createdTo'] as const).map((field) => (
        <TextInput
          key={field}
          type="date"
          label={t(`filter.${field}`)}
          value={look[field] ?? ''}
          onChange={(event) => set({ [field]: event.currentTarget.value || undefined })}
        />
      ))}
      {look.day && (
        <div>
          <Button
            variant="light"
            rightSection={<IconCalendarX size={15} />}
            aria-label={t('filter.clearDay')}
            onClick={() => set({ day: undefined })}
          >
            {t(`filter.day.${look.day.what}`, { day: formatDate(`${look.day.day}T12:00:00`) })}
          </Button>
        </div>
      )}
    </FilterBar>
  );
}

import { ActionIcon, Button, Group, Select, Text } from '@mantine/core';
import { IconKeyboard, IconSortAscending, IconSortDescending } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { VaultSort } from '#shared/schemas/vault.ts';
import type { VaultSelection } from '#shared/schemas/vault-batch.ts';
import { BatchActions } from '../vault-batch/BatchActions.tsx';
import { ColumnsMenu } from './ColumnsMenu.tsx';
import { type Chosen, chosenCount, NONE } from './selection.ts';
import type { ListView } from './use-list-view.ts';
import type { ListSort } from './use-vault-list.ts';
import { SHAPES } from './VaultCell.tsx';
import { ViewsMenu } from './ViewsMenu.tsx';
import classes from './vault.module.css';

type ListToolsProps = {
  list: ListView;
  phone: boolean;
  /** Undefined until it is known. */
  total: number | undefined;
  onHelp: () => void;
};

/** How many there are, and how they are seen: views, columns, on phones their order. */
export function ListTools({ list, onHelp, phone, total }: ListToolsProps) {
  const { t } = useTranslation('vault');
  return (
    <Group gap="xs" mb="sm" mih={30}>
      <Text fz="sm" c="dimmed" role="status" className="gh-figures">
        {total === undefined ? '' : t('total', { count: total })}
      </Text>
      <Group gap="xs" ml="auto">
        {!phone && (
          <Button
            size="xs"
            variant="subtle"
            leftSection={<IconKeyboard size={16} />}
            onClick={onHelp}
          >
            {t('keys.open')}
          </Button>
        )}
        <ViewsMenu list={list} />
        {phone ? (
          <SortChoice sort={list.sort} onSort={list.setSort} />
        ) : (
          <ColumnsMenu choice={list.choice} onChoice={list.setChoice} />
        )}
      </Group>
    </Group>
  );
}

/** Phones have no heads of columns to press. */
function SortChoice({ onSort, sort }: { sort: ListSort; onSort: (sort: ListSort) => void }) {
  const { t } = useTranslation('vault');
  const names = Object.entries(SHAPES) as [keyof typeof SHAPES, { sort?: VaultSort }][];
  const { by, descending } = sort;
  const Arrow = descending ? IconSortDescending : IconSortAscending;
  return (
    <Group gap={4} wrap="nowrap">
      <Select
        size="xs"
        w={140}
        aria-label={t('sort.by')}
        allowDeselect={false}
        data={names.flatMap(([id, shape]) =>
          shape.sort ? [{ value: shape.sort, label: t(`column.${id}`) }] : [],
        )}
        value={by}
        onChange={(value) => {
          const next = VaultSort.safeParse(value).data;
          if (next) onSort({ by: next, descending: next === 'number' });
        }}
      />
      <ActionIcon
        size={30}
        variant="default"
        aria-label={t(descending ? 'sort.ascending' : 'sort.descending')}
        onClick={() => onSort({ by, descending: !descending })}
      >
        <Arrow size={16} />
      </ActionIcon>
    </Group>
  );
}

type ChosenBarProps = {
  chosen: Chosen;
  selection: VaultSelection;
  total: number;
  /** Whether all that fit can be chosen. */
  mayChooseAll: boolean;
  onChosen: (chosen: Chosen) => void;
};

/** What can be done with the rows that are chosen; on phones it stays at the foot of the page. */
export function ChosenBar({ chosen, mayChooseAll, onChosen, selection, total }: ChosenBarProps) {
  const { t } = useTranslation('vault');
  const count = chosenCount(chosen, total);
  return (
    <Group
      gap="xs"
      mb="sm"
      role="toolbar"
      aria-label={t('select.bar')}
      className={classes.bar ?? ''}
    >
      <Text fz="sm" fw={550} className="gh-figures" role="status">
        {t('select.count', { count })}
      </Text>
      {!chosen.all && mayChooseAll && (
        <Button size="xs" variant="subtle" onClick={() => onChosen({ all: true, ids: new Set() })}>
          {t('select.all', { total })}
        </Button>
      )}
      <BatchActions selection={selection} count={count} onDeleted={() => onChosen(NONE)} />
      <Button size="xs" variant="subtle" onClick={() => onChosen(NONE)}>
        {t('select.none')}
      </Button>
    </Group>
  );
}

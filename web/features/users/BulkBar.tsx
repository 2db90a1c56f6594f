import { Button, Group, Menu, Text } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { TRUST_LEVELS } from '#shared/schemas/quotas.ts';
import type { BulkChange } from '#shared/schemas/users-bulk.ts';
import { useDialog } from '../../lib/use-dialog.ts';
import { BulkDialog } from './BulkDialog.tsx';
import { useRoleOptions } from './use-role-options.ts';

/** As many as the server changes at once. */
const MOST = 500;

type BulkBarProps = {
  selected: readonly string[];
  shown: readonly string[];
  onSelect: (ids: readonly string[]) => void;
  onDone: () => void;
};

/** What can be done with many people at once; each is looked at before anything is done. */
export function BulkBar({ selected, shown, onSelect, onDone }: BulkBarProps) {
  const { t } = useTranslation(['users', 'common']);
  const asking = useDialog<BulkChange>();
  const roles = useRoleOptions();
  const none = selected.length === 0;
  const some = shown.slice(0, MOST);
  const all = some.length > 0 && some.every((id) => selected.includes(id));
  const button = { size: 'xs', variant: 'default', disabled: none } as const;
  const states = ['silenced', 'active', 'disabled'] as const;
  return (
    <Group gap="xs" mb="sm" role="toolbar" aria-label={t('bulk.start')}>
      <Button size="xs" variant="default" onClick={() => onSelect(all ? [] : some)}>
        {t(all ? 'bulk.none' : 'bulk.all')}
      </Button>
      <Text fz="sm" c="dimmed" role="status" className="gh-figures" mx="xs">
        {t('bulk.count', { count: selected.length })}
      </Text>
      {states.map((state) => (
        <Button key={state} {...button} onClick={() => asking.open({ what: 'state', state })}>
          {t(`bulk.state.${state}`)}
        </Button>
      ))}
      <Menu>
        <Menu.Target>
          <Button {...button} rightSection={<IconChevronDown size={14} />}>
            {t('bulk.level')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {TRUST_LEVELS.map((trustLevel) => (
            <Menu.Item
              key={trustLevel}
              onClick={() => asking.open({ what: 'trustLevel', trustLevel })}
            >
              {t('level', { level: trustLevel })}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Menu>
        <Menu.Target>
          <Button {...button} rightSection={<IconChevronDown size={14} />}>
            {t('bulk.role')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {roles.map(({ disabled, label, value: role }) => (
            <Menu.Item
              key={role}
              disabled={disabled}
              onClick={() => asking.open({ what: 'role', role })}
            >
              {label}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Button {...button} onClick={() => asking.open({ what: 'endSessions' })}>
        {t('bulk.endSessions')}
      </Button>
      <Button size="xs" variant="subtle" onClick={onDone}>
        {t('bulk.stop')}
      </Button>
      {asking.value && (
        <BulkDialog
          key={asking.turn}
          opened={asking.opened}
          ids={[...selected]}
          change={asking.value}
          onClose={asking.close}
          onDone={() => {
            asking.close();
            onSelect([]);
          }}
        />
      )}
    </Group>
  );
}

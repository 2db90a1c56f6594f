import { Alert, Button, Group, Stack, Tabs, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { VaultDetail, VaultView } from '#shared/schemas/vault.ts';
import { trpc } from '../../lib/trpc.ts';
import { useNow } from '../../lib/use-now.ts';
import { CopyButton } from '../../ui/CopyField.tsx';
import { DrawerFrame } from '../../ui/FormModal.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { COLUMNS } from './column-choice.ts';
import type { RowAction } from './RowActions.tsx';
import { VaultCell } from './VaultCell.tsx';
import { VaultHistory } from './VaultHistory.tsx';
import classes from './vault.module.css';

type VaultDrawerProps = {
  row: VaultView;
  tab: 'details' | 'history';
  opened: boolean;
  onClose: () => void;
  onAction: (action: RowAction, row: VaultView) => void;
};

/** All there is to know of one account but its tokens. */
export function VaultDrawer({ onAction, onClose, opened, row, tab }: VaultDrawerProps) {
  const { t } = useTranslation('vault');
  const query = useQuery(trpc.vault.get.queryOptions({ id: row.id }));
  const present = query.data ?? row;
  return (
    <DrawerFrame opened={opened} onClose={onClose} title={row.bizId}>
      <Stack gap="md" pb="md">
        {present.failure && (
          <Alert
            color="red"
            variant="light"
            icon={<IconAlertTriangle />}
            title={t(`failure.${present.failure}.title`)}
          >
            <Text fz="sm">{t(`failure.${present.failure}.next`)}</Text>
          </Alert>
        )}
        <Group gap="xs">
          {present.mayChange && present.state !== 'disabled' && (
            <Button size="xs" onClick={() => onAction('refresh', present)}>
              {t('action.refresh')}
            </Button>
          )}
          {present.mayChange &&
            (['edit', 'replace'] as const).map((what) => (
              <Button
                key={what}
                size="xs"
                variant="default"
                onClick={() => onAction(what, present)}
              >
                {t(`action.${what}`)}
              </Button>
            ))}
          <Button size="xs" variant="default" onClick={() => onAction('leases', present)}>
            {t('action.leases')}
          </Button>
        </Group>
        <Tabs defaultValue={tab} keepMounted={false}>
          <Tabs.List mb="md">
            <Tabs.Tab value="details">{t('drawer.details')}</Tabs.Tab>
            <Tabs.Tab value="history">{t('drawer.history')}</Tabs.Tab>
            <Tabs.Tab value="info">{t('drawer.info')}</Tabs.Tab>
          </Tabs.List>
          <Tabs.Panel value="details">
            <Facts row={present} />
          </Tabs.Panel>
          <Tabs.Panel value="history">
            <VaultHistory row={row} />
          </Tabs.Panel>
          <Tabs.Panel value="info">
            <QueryBoundary query={query}>{(detail) => <Infos detail={detail} />}</QueryBoundary>
          </Tabs.Panel>
        </Tabs>
      </Stack>
    </DrawerFrame>
  );
}

function Facts({ row }: { row: VaultView }) {
  const { t } = useTranslation(['vault', 'common']);
  const now = useNow();
  return (
    <dl className={classes.pairs}>
      {COLUMNS.filter((id) => id !== 'userInfo' && id !== 'accountInfo').map((column) => (
        <div key={column} style={{ display: 'contents' }}>
          <dt>{t(`column.${column}`)}</dt>
          <dd>
            {column === 'bizId' ? (
              <Group gap={4} wrap="nowrap">
                <span style={{ minWidth: 0 }}>{row.bizId}</span>
                <CopyButton what={t('column.bizId')} value={row.bizId} />
              </Group>
            ) : (
              <VaultCell {...{ column, row, now, t }} />
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Infos({ detail }: { detail: VaultDetail }) {
  const { t } = useTranslation('vault');
  return (
    <Stack gap="md">
      {(['userInfo', 'accountInfo'] as const).map((which) => (
        <div key={which}>
          <Text fz="sm" fw={550} mb={4}>
            {t(`drawer.${which}`)}
          </Text>
          {detail[which] === null ? (
            <Text fz="sm" c="dimmed">
              {t('drawer.noInfo')}
            </Text>
          ) : (
            <pre className={classes.json}>{JSON.stringify(detail[which], null, 2)}</pre>
          )}
        </div>
      ))}
    </Stack>
  );
}

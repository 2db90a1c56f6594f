import { Button, Menu } from '@mantine/core';
import { IconDownload, IconPlayerStop } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '../../lib/format.ts';
import { toUsageFilter, type UsageSearch } from './usage-search.ts';
import { useExport } from './use-export.ts';

const FORMATS = ['csv', 'ndjson'] as const;

/** Saves every request that fits the filters; while it runs, a button that stops it. */
export function ExportMenu({ search }: { search: UsageSearch }) {
  const { t } = useTranslation('usage');
  const { bytes, start, stop } = useExport();
  if (bytes !== null) {
    return (
      <Button
        variant="default"
        className="gh-figures"
        leftSection={<IconPlayerStop size={16} stroke={1.7} />}
        aria-label={t('export.stop')}
        onClick={stop}
      >
        {t('export.running', { size: formatNumber(Math.round(bytes / 100_000) / 10) })}
      </Button>
    );
  }
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" leftSection={<IconDownload size={16} stroke={1.7} />}>
          {t('export.button')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {FORMATS.map((format) => (
          <Menu.Item key={format} onClick={() => start(toUsageFilter(search, Date.now()), format)}>
            {t(`export.${format}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

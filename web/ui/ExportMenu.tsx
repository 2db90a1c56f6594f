import { Button, Menu } from '@mantine/core';
import { IconDownload, IconPlayerStop } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { formatNumber } from '../lib/format.ts';
import { type ExportFilter, useExport } from '../lib/use-export.ts';

const FORMATS = ['csv', 'ndjson'] as const;

type ExportMenuProps = {
  /** Of what: the server has it at /<name>/export. */
  name: 'usage' | 'audit' | 'users' | 'leases';
  /** What narrows it at the moment it begins. */
  filter: () => ExportFilter;
};

/** Saves everything that fits the filters; while it runs, a button that stops it. */
export function ExportMenu({ name, filter }: ExportMenuProps) {
  const { t } = useTranslation('usage');
  const { bytes, start, stop } = useExport(name);
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
          <Menu.Item key={format} onClick={() => start(filter(), format)}>
            {t(`export.${format}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

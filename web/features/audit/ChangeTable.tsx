import { Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AuditChange } from '#shared/schemas/audit.ts';
import classes from './audit.module.css';

/** What was before and what is after, side by side, a member a row. */
export function ChangeTable({ change: { after, before } }: { change: AuditChange }) {
  const { t } = useTranslation('audit');
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  if (names.length === 0) return <Text c="dimmed">{t('detail.noChange')}</Text>;
  return (
    <Table className={classes.change ?? ''} layout="fixed">
      <Table.Thead>
        <Table.Tr>
          <Table.Th>{t('detail.member')}</Table.Th>
          <Table.Th>{t('detail.before')}</Table.Th>
          <Table.Th>{t('detail.after')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {names.map((name) => (
          <Table.Tr key={name}>
            <Table.Th scope="row">{name}</Table.Th>
            <Table.Td>{before ? textOf(before[name]) : '–'}</Table.Td>
            <Table.Td>{after ? textOf(after[name]) : '–'}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function textOf(value: unknown): string {
  if (value === null || value === undefined || value === '') return '–';
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

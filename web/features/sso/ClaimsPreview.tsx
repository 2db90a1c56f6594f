import { JsonInput, Stack, Table, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SsoSettings } from '#shared/schemas/sso.ts';
import { personOf, type SsoPerson } from '#shared/sso-claims.ts';
import { useRoleName } from '../../lib/role-name.ts';

/** What the fields and rules make of an answer somebody pastes. Nothing of it leaves the browser. */
export function ClaimsPreview({ settings }: { settings: SsoSettings }) {
  const { t } = useTranslation('sso');
  const [text, setText] = useState('');
  const person = readPerson(text, settings);
  return (
    <Stack gap="xs">
      <JsonInput
        label={t('preview.label')}
        description={t('preview.hint')}
        autosize
        minRows={3}
        maxRows={10}
        value={text}
        onChange={setText}
        {...(person === null && text !== '' ? { error: t('preview.notJson') } : {})}
      />
      {person && <Person person={person} settings={settings} />}
    </Stack>
  );
}

function Person({ person, settings }: { person: SsoPerson; settings: SsoSettings }) {
  const { t } = useTranslation('sso');
  const roleName = useRoleName();
  const role = person.role ?? settings.defaultRole;
  const rows = [
    [t('field.id'), person.subject],
    [t('field.username'), person.username],
    [t('field.name'), person.name],
    [t('field.email'), person.email ?? ''],
    [t('field.emailVerified'), t(person.emailVerified ? 'preview.yes' : 'preview.no')],
    [t('field.avatar'), person.avatarUrl],
    [t('field.trustLevel'), person.trustLevel === null ? '' : String(person.trustLevel)],
    [t('preview.role'), roleName(role, role)],
  ] as const;
  return (
    <>
      {person.subject === '' && (
        <Text fz="sm" c="red" role="status">
          {t('preview.noId')}
        </Text>
      )}
      <Table withRowBorders={false} verticalSpacing={4} aria-label={t('preview.result')}>
        <Table.Tbody>
          {rows.map(([label, value]) => (
            <Table.Tr key={label}>
              <Table.Th fw={500} fz="sm" w="42%">
                {label}
              </Table.Th>
              <Table.Td fz="sm" style={{ overflowWrap: 'anywhere' }}>
                {value === '' ? '–' : value}
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </>
  );
}

function readPerson(text: string, settings: SsoSettings): SsoPerson | null {
  if (text.trim() === '') return null;
  try {
    return personOf(JSON.parse(text), settings);
  } catch {
    return null;
  }
}

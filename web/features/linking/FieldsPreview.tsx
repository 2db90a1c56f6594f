import { JsonInput, Stack, Table } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type OAuthFacts, oauthFactsOf } from '#shared/oauth-facts.ts';
import type { OAuthFields } from '#shared/schemas/oauth-clients.ts';
import { formatDateTime } from '../../lib/format.ts';

/** What the fields make of an answer somebody pastes. Nothing of it leaves the browser. */
export function FieldsPreview({ fields }: { fields: OAuthFields }) {
  const { t } = useTranslation('linking');
  const [text, setText] = useState('');
  const facts = readFacts(text, fields);
  return (
    <Stack gap="xs">
      <JsonInput
        label={t('clients.form.previewLabel')}
        description={t('clients.form.previewHint')}
        autosize
        minRows={3}
        maxRows={10}
        value={text}
        onChange={setText}
        {...(facts === null && text.trim() !== '' ? { error: t('clients.form.notJson') } : {})}
      />
      {facts && <Facts facts={facts} />}
    </Stack>
  );
}

function Facts({ facts }: { facts: OAuthFacts }) {
  const { t } = useTranslation('linking');
  const rows = [
    [t('clients.field.subject'), facts.subject],
    [t('clients.field.email'), facts.email],
    [t('clients.field.userName'), facts.userName],
    [t('clients.field.plan'), facts.plan],
    [t('clients.field.planEnds'), facts.planEnds && formatDateTime(facts.planEnds.toISOString())],
  ] as const;
  return (
    <Table withRowBorders={false} verticalSpacing={4} aria-label={t('clients.form.previewResult')}>
      <Table.Tbody>
        {rows.map(([label, value]) => (
          <Table.Tr key={label}>
            <Table.Th fw={500} fz="sm" w="42%">
              {label}
            </Table.Th>
            <Table.Td fz="sm" style={{ overflowWrap: 'anywhere' }}>
              {value || '–'}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function readFacts(text: string, fields: OAuthFields): OAuthFacts | null {
  if (text.trim() === '') return null;
  try {
    return oauthFactsOf(fields, { account: JSON.parse(text) });
  } catch {
    return null;
  }
}

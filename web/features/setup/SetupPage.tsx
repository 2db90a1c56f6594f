import { Alert, Button, Code, Loader } from '@mantine/core';
import { IconKeyOff, IconTerminal2 } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { Trans, useTranslation } from 'react-i18next';
import { BareLayout } from '../../app/BareLayout.tsx';
import { trpc } from '../../lib/trpc.ts';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { FirstAdminForm } from './FirstAdminForm.tsx';
import { useSetupToken } from './use-setup-token.ts';

const TOKEN_EXAMPLE = '/setup#…';

/** The first page of a fresh server: makes the first admin, with the token of the terminal's link. */
export function SetupPage() {
  const { t } = useTranslation(['setup', 'common']);
  const token = useSetupToken();
  const [refused, setRefused] = useState<string | null>(null);
  const status = useQuery(trpc.setup.status.queryOptions());

  if (status.isPending) {
    return (
      <BareLayout title={t('title')}>
        <Loader size="sm" />
      </BareLayout>
    );
  }
  if (status.isError) {
    return (
      <BareLayout title={t('title')}>
        <ErrorState error={status.error} onRetry={() => void status.refetch()} />
      </BareLayout>
    );
  }
  if (!status.data.needed) {
    return (
      <BareLayout title={t('done.title')} subtitle={t('done.text')}>
        <Button component={Link} to="/sign-in">
          {t('done.action')}
        </Button>
      </BareLayout>
    );
  }
  return (
    <BareLayout title={t('title')} subtitle={t('subtitle')}>
      {token && refused === token ? (
        <Alert color="red" variant="light" icon={<IconKeyOff />} title={t('token.refusedTitle')}>
          {t('token.refusedText')}
        </Alert>
      ) : token ? (
        <FirstAdminForm key={token} token={token} onRefused={() => setRefused(token)} />
      ) : (
        <Alert
          color="petrol"
          variant="light"
          icon={<IconTerminal2 />}
          title={t('token.missingTitle')}
        >
          <Trans
            t={t}
            i18nKey="token.missingText"
            values={{ example: TOKEN_EXAMPLE }}
            components={{ code: <Code /> }}
          />
        </Alert>
      )}
    </BareLayout>
  );
}

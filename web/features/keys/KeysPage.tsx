import { Button, Switch } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { can } from '#shared/permissions.ts';
import type { KeyCreated } from '#shared/schemas/keys.ts';
import { useAddHash } from '../../lib/use-add-hash.ts';
import { useDialog } from '../../lib/use-dialog.ts';
import { useMe } from '../../lib/use-me.ts';
import { PageHeader } from '../../ui/PageHeader.tsx';
import { CreateKey } from './KeyDialogs.tsx';
import { KeyList } from './KeyList.tsx';
import { KeySecretDialog } from './KeySecretDialog.tsx';

/** The person's API keys; admins may look at everyone's. */
export function KeysPage() {
  const { t } = useTranslation('keys');
  const me = useMe();
  const [everyone, setEveryone] = useState(false);
  const creating = useDialog<true>();
  const secret = useDialog<{ created: KeyCreated; renewed: boolean }>();
  const add = () => creating.open(true);
  useAddHash('/keys', add);

  return (
    <>
      <PageHeader
        title={t('title')}
        subtitle={t('subtitle')}
        actions={
          <>
            {can(me, 'keys.read') && (
              <Switch
                label={t('everyone')}
                checked={everyone}
                onChange={(event) => setEveryone(event.currentTarget.checked)}
                mr="sm"
              />
            )}
            <Button leftSection={<IconPlus size={17} />} onClick={add}>
              {t('add')}
            </Button>
          </>
        }
      />
      <KeyList
        everyone={everyone}
        onAdd={add}
        onRotated={(created) => secret.open({ created, renewed: true })}
      />
      {creating.value && (
        <CreateKey
          key={creating.turn}
          opened={creating.opened}
          onClose={creating.close}
          onCreated={(created) => secret.open({ created, renewed: false })}
        />
      )}
      {secret.value && (
        <KeySecretDialog
          key={`secret-${secret.turn}`}
          opened={secret.opened}
          onClose={secret.close}
          {...secret.value}
        />
      )}
    </>
  );
}

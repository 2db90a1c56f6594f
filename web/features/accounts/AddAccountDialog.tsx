import { Button, Modal, SegmentedControl, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { can } from '#shared/permissions.ts';
import type { AccountView } from '#shared/schemas/accounts.ts';
import type { PlatformView } from '#shared/schemas/platforms.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { useMe } from '../../lib/use-me.ts';
import { FormBody } from '../../ui/FormModal.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { LinkForm } from '../linking/LinkForm.tsx';
import { KeyField, SharedSwitch } from './AccountFields.tsx';
import {
  type AccountFormValues,
  checkCreate,
  keyRequired,
  newAccountValues,
  toCreate,
} from './account-form.ts';
import { suggestName } from './account-names.ts';
import classes from './accounts.module.css';
import { PlatformInitial, PlatformPicker } from './PlatformPicker.tsx';
import { SandboxFields } from './SandboxFields.tsx';
import { accountQueries } from './use-accounts.ts';

type AddAccountDialogProps = {
  opened: boolean;
  onClose: () => void;
  /** Chosen beforehand by whoever opened it. */
  platformId: string | null;
  takenNames: readonly string[];
  onAdded: (account: AccountView) => void;
};

/** Adds an account in two steps: the platform, then its key. */
export function AddAccountDialog(props: AddAccountDialogProps) {
  const { opened, onClose, platformId, takenNames, onAdded } = props;
  const { t } = useTranslation(['accounts', 'common']);
  const me = useMe();
  const platforms = useQuery(trpc.platforms.list.queryOptions());
  const [picked, setPicked] = useState(platformId);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('create.title')}
      size={picked === null ? 'lg' : 'md'}
      styles={{ title: { fontSize: '1.0625rem', fontWeight: 620 } }}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      <QueryBoundary query={platforms}>
        {(all) => {
          const platform = all.find(({ id }) => id === picked);
          if (!platform) {
            return (
              <PlatformPicker
                platforms={all}
                admin={can(me, 'accounts.write')}
                onPick={({ id }) => setPicked(id)}
              />
            );
          }
          return (
            <NewAccount
              key={platform.id}
              platform={platform}
              name={suggestName(platform.name, takenNames)}
              onBack={() => setPicked(null)}
              onClose={onClose}
              onAdded={onAdded}
            />
          );
        }}
      </QueryBoundary>
    </Modal>
  );
}

/** By signing in where the platform has a client, else by key. */
function NewAccount(props: NewAccountFormProps) {
  const { t } = useTranslation(['linking', 'accounts']);
  const { onBack, onClose, platform } = props;
  const clients = useQuery(trpc.linking.clients.queryOptions({ platformId: platform.id }));
  const [way, setWay] = useState('sign-in');
  return (
    <QueryBoundary query={clients} empty={<NewAccountForm {...props} />}>
      {(all) => (
        <Stack gap="md">
          <SegmentedControl
            aria-label={t('how')}
            value={way}
            onChange={setWay}
            data={[
              { value: 'sign-in', label: t('signIn') },
              { value: 'key', label: t('byKey') },
            ]}
          />
          {way === 'key' ? (
            <NewAccountForm {...props} />
          ) : (
            <>
              <ChosenPlatform name={platform.name} onBack={onBack} />
              <LinkForm clients={all} onClose={onClose} />
            </>
          )}
        </Stack>
      )}
    </QueryBoundary>
  );
}

function ChosenPlatform({ name, onBack }: { name: string; onBack: () => void }) {
  const { t } = useTranslation('accounts');
  return (
    <div className={classes.chosen}>
      <PlatformInitial name={name} />
      <div className={classes.grow}>{name}</div>
      <Button variant="subtle" size="xs" onClick={onBack}>
        {t('create.change')}
      </Button>
    </div>
  );
}

type NewAccountFormProps = Pick<AddAccountDialogProps, 'onClose' | 'onAdded'> & {
  platform: PlatformView;
  name: string;
  onBack: () => void;
};

function NewAccountForm({ platform, name, onBack, onClose, onAdded }: NewAccountFormProps) {
  const { t } = useTranslation(['accounts', 'fields']);
  const form = useForm<AccountFormValues>({
    initialValues: newAccountValues(name),
    validate: (values) => checkCreate(platform, values, t('fields:required')),
  });
  const create = useAppMutation(trpc.accounts.create.mutationOptions(), {
    form,
    paramTexts: { name: t('form.nameTaken') },
    success: (account) => t('create.done', { name: account.name }),
    invalidate: accountQueries(),
    onDone: (account) => {
      onClose();
      onAdded(account);
    },
  });
  return (
    <FormBody
      onClose={onClose}
      onSubmit={form.onSubmit((values) => create.mutate(toCreate(platform, values)))}
      submitLabel={t('create.submit')}
      pending={create.isPending}
    >
      <ChosenPlatform name={platform.name} onBack={onBack} />
      {platform.needsKey && (
        <KeyField
          platformName={platform.name}
          keyUrl={platform.keyUrl}
          required={keyRequired(platform)}
          input={form.getInputProps('apiKey')}
          autoFocus
        />
      )}
      <TextInput
        label={t('form.name')}
        description={t('form.nameHint')}
        maxLength={100}
        required
        {...(platform.needsKey ? {} : { 'data-autofocus': true })}
        {...form.getInputProps('name')}
      />
      <SharedSwitch input={form.getInputProps('shared', { type: 'checkbox' })} />
      {platform.id === 'sandbox' && <SandboxFields form={form} />}
    </FormBody>
  );
}

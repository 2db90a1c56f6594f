import { TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { ProxyCreate, ProxyUpdate, type ProxyView } from '#shared/schemas/proxies.ts';
import { checkWith } from '../../lib/check-with.ts';
import { trpc } from '../../lib/trpc.ts';
import { useAppMutation } from '../../lib/use-app-mutation.ts';
import { FormModal } from '../../ui/FormModal.tsx';

type ProxyFormProps = {
  opened: boolean;
  onClose: () => void;
  /** Null: a new one. */
  proxy: ProxyView | null;
};

/** Adds a proxy, or changes one; the address of one that is there is never shown whole. */
export function ProxyForm({ onClose, opened, proxy }: ProxyFormProps) {
  const { t } = useTranslation('proxies');
  const form = useForm({
    initialValues: { name: proxy?.name ?? '', url: '' },
    validate: (values) =>
      proxy
        ? checkWith(ProxyUpdate)(changeOf(proxy.id, values))
        : checkWith(ProxyCreate)({ name: values.name, url: values.url }),
  });
  const settings = {
    form,
    paramTexts: { name: t('form.nameTaken'), url: t('form.urlWrong') },
    invalidate: [trpc.proxies.pathFilter()],
    success: ({ name }: ProxyView) => t('saved', { name }),
    onDone: onClose,
  };
  const create = useAppMutation(trpc.proxies.create.mutationOptions(), settings);
  const update = useAppMutation(trpc.proxies.update.mutationOptions(), settings);
  return (
    <FormModal
      opened={opened}
      onClose={onClose}
      title={proxy ? t('form.editTitle', { name: proxy.name }) : t('add')}
      onSubmit={form.onSubmit((values) =>
        proxy ? update.mutate(changeOf(proxy.id, values)) : create.mutate(values),
      )}
      pending={create.isPending || update.isPending}
      {...(proxy ? {} : { submitLabel: t('add') })}
    >
      <TextInput
        label={t('form.name')}
        required
        maxLength={80}
        data-autofocus
        {...form.getInputProps('name')}
      />
      <TextInput
        label={t('form.url')}
        description={proxy ? t('form.urlKept', { shown: proxy.shown }) : t('form.urlHint')}
        placeholder={proxy ? proxy.shown : 'socks5://user:password@proxy.example.com:1080'}
        required={proxy === null}
        maxLength={1_000}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        {...form.getInputProps('url')}
      />
    </FormModal>
  );
}

/** An address that is left empty stays. */
function changeOf(id: string, { name, url }: { name: string; url: string }) {
  return { id, name, ...(url.trim() !== '' && { url }) };
}

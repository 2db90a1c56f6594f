import { Anchor, PasswordInput, Switch } from '@mantine/core';
import type { GetInputPropsReturnType } from '@mantine/form';
import { IconExternalLink } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

type KeyFieldProps = {
  platformName: string;
  /** Where a person gets a key, if known. */
  keyUrl: string | null;
  required: boolean;
  input: GetInputPropsReturnType;
  autoFocus?: boolean;
};

/** A provider's API key: hidden while typing, kept out of password managers. */
export function KeyField({ platformName, keyUrl, required, input, autoFocus }: KeyFieldProps) {
  const { t } = useTranslation(['accounts', 'common']);
  return (
    <div>
      <PasswordInput
        label={t('form.key')}
        description={required ? t('form.keyHint') : `${t('form.keyHint')} ${t('form.keyOptional')}`}
        required={required}
        autoComplete="off"
        data-1p-ignore
        data-lpignore="true"
        spellCheck={false}
        visibilityToggleButtonProps={{ 'aria-label': t('common:show') }}
        {...(autoFocus ? { 'data-autofocus': true } : {})}
        {...input}
      />
      {keyUrl !== null && (
        <Anchor
          href={keyUrl}
          target="_blank"
          rel="noreferrer"
          fz="sm"
          mt={6}
          display="inline-block"
        >
          {t('form.getKey', { platform: platformName })}{' '}
          <IconExternalLink size={14} style={{ verticalAlign: '-2px' }} aria-hidden />
        </Anchor>
      )}
    </div>
  );
}

/** Whether everyone may be served; says in one sentence what the present choice means. */
export function SharedSwitch({ input }: { input: GetInputPropsReturnType }) {
  const { t } = useTranslation('accounts');
  const on = input['checked'] === true;
  return (
    <Switch
      label={t('form.shared')}
      description={on ? t('form.sharedOn') : t('form.sharedOff')}
      {...input}
    />
  );
}

import { Button, NumberInput, Stack, Textarea } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { EMPTY, type Settings } from './conversation.ts';
import { useChat, useChatStore } from './use-chat.ts';

/** What may be set about the next request; an empty field leaves it to the platform. */
export function Parameters() {
  const { t } = useTranslation('playground');
  const store = useChatStore();
  const settings = useChat((conversation) => conversation.settings);
  const { model: _kept, ...defaults } = EMPTY.settings;
  const changed = (Object.keys(defaults) as (keyof typeof defaults)[]).some(
    (name) => settings[name] !== defaults[name],
  );
  return (
    <Stack gap="md">
      <Textarea
        label={t('system')}
        placeholder={t('systemPlaceholder')}
        autosize
        minRows={4}
        maxRows={14}
        value={settings.system}
        onChange={(event) => store.setSettings({ system: event.currentTarget.value })}
      />
      <NumberField
        name="temperature"
        label={t('temperature')}
        hint={t('temperatureHint')}
        max={2}
        step={0.1}
      />
      <NumberField name="topP" label={t('topP')} hint={t('topPHint')} max={1} step={0.05} />
      <NumberField
        name="maxTokens"
        label={t('maxTokens')}
        hint={t('maxTokensHint')}
        min={1}
        max={1_000_000}
        step={256}
        whole
      />
      {changed && (
        <Button variant="subtle" color="gray" onClick={() => store.setSettings(defaults)}>
          {t('reset')}
        </Button>
      )}
    </Stack>
  );
}

type NumberFieldProps = {
  name: 'temperature' | 'topP' | 'maxTokens';
  label: string;
  hint: string;
  min?: number;
  max: number;
  step: number;
  whole?: boolean;
};

function NumberField({ name, label, hint, min = 0, max, step, whole = false }: NumberFieldProps) {
  const { t } = useTranslation('playground');
  const store = useChatStore();
  const value = useChat(({ settings }) => settings[name]);
  const change = (next: number | string) => {
    const number = typeof next === 'number' && next >= min && next <= max ? next : null;
    store.setSettings({ [name]: number } satisfies Partial<Settings>);
  };
  return (
    <NumberInput
      label={label}
      description={hint}
      placeholder={t('byPlatform')}
      value={value ?? ''}
      onChange={change}
      min={min}
      max={max}
      step={step}
      clampBehavior="strict"
      allowNegative={false}
      {...(whole ? { allowDecimal: false } : { decimalScale: 2 })}
    />
  );
}

import { ActionIcon, Group, Text, Tooltip } from '@mantine/core';
import { useTimeout } from '@mantine/hooks';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import classes from './CopyField.module.css';

type CopyFieldProps = {
  /** What it is, for the label and the button: “API key”. */
  label: string;
  value: string;
  /** Hides the label from view, not from screen readers. */
  hideLabel?: boolean;
};

/** A value in monospace with a copy button that says whether it worked. */
export function CopyField({ label, value, hideLabel = false }: CopyFieldProps) {
  const id = useId();
  return (
    <div>
      <Text
        component="div"
        id={id}
        fz="sm"
        fw={500}
        mb={4}
        {...(hideLabel ? { hidden: true } : {})}
      >
        {label}
      </Text>
      <Group gap={0} wrap="nowrap" className={classes.field ?? ''}>
        <output aria-labelledby={id} className={classes.value}>
          {value}
        </output>
        <CopyButton what={label} value={value} />
      </Group>
    </div>
  );
}

/** A small button that copies `value`; `what` names it for screen readers. */
export function CopyButton({ what, value }: { what: string; value: string }) {
  const { t } = useTranslation('common');
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle');
  const { start } = useTimeout(() => setState('idle'), 2_500);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      setState('copied');
    } catch {
      // NOTE: browsers refuse the clipboard over plain http from another machine.
      setState('failed');
    }
    start();
  };
  const said = { idle: t('copy'), copied: t('copied'), failed: t('copyFailed') }[state];
  return (
    <>
      <Tooltip label={said} {...(state === 'idle' ? {} : { opened: true })}>
        <ActionIcon
          size="lg"
          aria-label={t('copyNamed', { what })}
          onClick={() => void copy()}
          {...(state === 'copied' ? { color: 'teal' } : {})}
        >
          {state === 'copied' ? <IconCheck size={17} /> : <IconCopy size={17} stroke={1.7} />}
        </ActionIcon>
      </Tooltip>
      <span role="status" className={classes.hidden}>
        {state === 'idle' ? '' : said}
      </span>
    </>
  );
}

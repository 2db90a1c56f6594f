import { ActionIcon, Tooltip, VisuallyHidden } from '@mantine/core';
import { useTimeout } from '@mantine/hooks';
import { IconCheck, IconCopy, type IconProps } from '@tabler/icons-react';
import { type ComponentType, useState } from 'react';
import { useTranslation } from 'react-i18next';

type IconActionProps = {
  icon: ComponentType<IconProps>;
  label: string;
  onClick: () => void;
  disabled?: boolean;
};

/** A small button of an icon; its label is its tooltip and its name. */
export function IconAction({ icon: Icon, label, onClick, disabled = false }: IconActionProps) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        size={30}
        aria-label={label}
        onClick={onClick}
        disabled={disabled}
        {...(disabled ? { bg: 'transparent' } : {})}
      >
        <Icon size={16} stroke={1.7} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

/** Copies a text and says whether it worked. */
export function CopyAction({ label, text }: { label: string; text: string }) {
  const { t } = useTranslation('playground');
  const [said, setSaid] = useState<'copied' | 'copyFailed' | null>(null);
  const { start } = useTimeout(() => setSaid(null), 2_000);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setSaid('copied');
    } catch {
      // Browsers refuse the clipboard over plain http from another machine.
      setSaid('copyFailed');
    }
    start();
  };
  const Icon = said === 'copied' ? IconCheck : IconCopy;
  return (
    <>
      <Tooltip label={said ? t(`turn.${said}`) : label} {...(said ? { opened: true } : {})}>
        <ActionIcon size={30} aria-label={label} onClick={() => void copy()}>
          <Icon size={16} stroke={1.7} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <VisuallyHidden role="status">{said ? t(`turn.${said}`) : ''}</VisuallyHidden>
    </>
  );
}

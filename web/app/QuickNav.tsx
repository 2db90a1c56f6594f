import { Kbd, Modal, Text, TextInput, UnstyledButton } from '@mantine/core';
import { useDisclosure, useHotkeys, useOs } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMe } from '../lib/use-me.ts';
import { type NavItem, navFor } from './nav-items.ts';
import classes from './QuickNav.module.css';

/** Mod+K: type a page's name, Enter opens it. */
export function QuickNav() {
  const { t } = useTranslation('nav');
  const [opened, { open, close }] = useDisclosure(false);
  const os = useOs();
  useHotkeys([['mod+K', open]], []);
  return (
    <>
      <UnstyledButton className={classes.opener} onClick={open} aria-label={t('quick.open')}>
        <IconSearch size={15} stroke={1.8} aria-hidden />
        <span className={classes.label}>{t('quick.open')}</span>
        <Kbd size="xs" className={classes.keys}>
          {os === 'macos' ? '⌘ K' : 'Ctrl K'}
        </Kbd>
      </UnstyledButton>
      <Modal opened={opened} onClose={close} withCloseButton={false} padding={0} yOffset="12vh">
        <Finder onDone={close} />
      </Modal>
    </>
  );
}

function Finder({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation('nav');
  const me = useMe();
  const navigate = useNavigate();
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const listId = useId();
  const wanted = text.trim().toLowerCase();
  const found = navFor(me)
    .flatMap(({ items }) => items)
    .filter((item) => `${t(item.name)} ${item.name}`.toLowerCase().includes(wanted));

  const go = (item: NavItem) => {
    onDone();
    void navigate({ to: item.to });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0 && found.length > 0) {
      event.preventDefault();
      setActive((active + step + found.length) % found.length);
    }
    const chosen = found[active];
    if (event.key === 'Enter' && chosen) go(chosen);
  };

  return (
    <div>
      <TextInput
        data-autofocus
        variant="unstyled"
        className={classes.input ?? ''}
        leftSection={<IconSearch size={17} stroke={1.7} />}
        placeholder={t('quick.placeholder')}
        aria-label={t('quick.placeholder')}
        role="combobox"
        aria-expanded
        aria-controls={listId}
        aria-activedescendant={found[active] ? `${listId}-${found[active].name}` : undefined}
        value={text}
        onKeyDown={onKeyDown}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setActive(0);
        }}
      />
      <div id={listId} role="listbox" aria-label={t('quick.list')} className={classes.list}>
        {found.map((item, index) => (
          <UnstyledButton
            key={item.name}
            id={`${listId}-${item.name}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            className={classes.option}
            onMouseEnter={() => setActive(index)}
            onClick={() => go(item)}
          >
            <item.icon size={17} stroke={1.7} aria-hidden />
            {t(item.name)}
          </UnstyledButton>
        ))}
        {found.length === 0 && (
          <Text c="dimmed" p="md" ta="center">
            {t('quick.empty')}
          </Text>
        )}
      </div>
    </div>
  );
}

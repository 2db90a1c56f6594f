import { Stack, Text, UnstyledButton } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PlatformView } from '#shared/schemas/platforms.ts';
import { SearchField } from '../../ui/SearchField.tsx';
import classes from './accounts.module.css';

type PlatformPickerProps = {
  platforms: readonly PlatformView[];
  /** Offers the way to adding a platform. */
  admin: boolean;
  onPick: (platform: PlatformView) => void;
};

const SEARCH_FROM = 12;

/** Every platform as a tile; the first step of adding an account. */
export function PlatformPicker({ platforms, admin, onPick }: PlatformPickerProps) {
  const { t } = useTranslation('accounts');
  const [text, setText] = useState('');
  const wanted = text.trim().toLowerCase();
  const shown = platforms.filter(({ id, name }) => `${id} ${name}`.toLowerCase().includes(wanted));
  return (
    <Stack gap="sm">
      <Text c="dimmed">{t('create.chooseText')}</Text>
      {platforms.length > SEARCH_FROM && (
        <SearchField
          label={t('create.search')}
          placeholder={t('create.search')}
          value={text}
          onChange={setText}
        />
      )}
      <div className={classes.platforms}>
        {shown.map((platform, index) => (
          <UnstyledButton
            key={platform.id}
            className={classes.platform}
            onClick={() => onPick(platform)}
            {...(index === 0 ? { 'data-autofocus': true } : {})}
          >
            <PlatformInitial name={platform.name} />
            <PlatformName platform={platform} />
          </UnstyledButton>
        ))}
        {admin && (
          <UnstyledButton component={Link} to="/platforms" hash="add" className={classes.platform}>
            <span className={classes.initial} aria-hidden>
              <IconPlus size={17} />
            </span>
            <span className={classes.grow}>
              {t('create.addPlatform')}
              <Text component="span" display="block" fz="xs" c="dimmed">
                {t('create.addPlatformText')}
              </Text>
            </span>
          </UnstyledButton>
        )}
      </div>
      {shown.length === 0 && <Text c="dimmed">{t('create.noPlatform')}</Text>}
    </Stack>
  );
}

/** A letter in a square in the place of a logo: names are trademarks, logos need permission. */
export function PlatformInitial({ name }: { name: string }) {
  return (
    <span className={classes.initial} aria-hidden>
      {[...name][0]?.toUpperCase()}
    </span>
  );
}

function PlatformName({ platform }: { platform: PlatformView }) {
  const { t } = useTranslation('accounts');
  const note = !platform.needsKey
    ? t('create.builtIn')
    : platform.custom
      ? t('create.custom')
      : null;
  return (
    <span className={classes.grow}>
      {platform.name}
      {note !== null && (
        <Text component="span" display="block" fz="xs" c="dimmed">
          {note}
        </Text>
      )}
    </span>
  );
}

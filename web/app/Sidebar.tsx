import { CloseButton, Group, ScrollArea, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useMe } from '../lib/use-me.ts';
import { Mark } from '../ui/Mark.tsx';
import { navFor } from './nav-items.ts';
import classes from './Sidebar.module.css';

/** Brand and grouped navigation; on phones it fills the screen and `onNavigate` closes it. */
export function Sidebar({ onNavigate }: { onNavigate: () => void }) {
  const { t } = useTranslation(['nav', 'common']);
  const me = useMe();
  return (
    <>
      <Group className={classes.brand} justify="space-between" wrap="nowrap">
        <Link to="/" className={classes.home} onClick={onNavigate}>
          <span className={classes.mark}>
            <Mark size={22} />
          </span>
          <Text component="span" fw={650} fz="lg" lts="-0.015em">
            {t('common:appName')}
          </Text>
        </Link>
        <CloseButton hiddenFrom="md" size="lg" aria-label={t('closeMenu')} onClick={onNavigate} />
      </Group>
      <ScrollArea className={classes.scroll} type="scroll">
        <nav aria-label={t('main')}>
          {navFor(me).map(({ group, items }) => (
            <section key={group} className={classes.group}>
              <h2 className={classes.heading} id={`nav-${group}`}>
                {t(`group.${group}`)}
              </h2>
              <ul className={classes.list} aria-labelledby={`nav-${group}`}>
                {items.map(({ name, to, icon: Icon }) => (
                  <li key={name}>
                    <Link
                      to={to}
                      className={classes.link}
                      activeOptions={{ exact: to === '/' }}
                      onClick={onNavigate}
                    >
                      <Icon size={17} stroke={1.7} aria-hidden />
                      {t(name)}
                    </Link>
                  </li>
                ))}
              </ul>
            </section>
          ))}
        </nav>
      </ScrollArea>
    </>
  );
}

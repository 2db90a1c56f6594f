import { ActionIcon, Button, Group, Text, UnstyledButton } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconCalendarOff, IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import i18next from 'i18next';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { VaultCalendar as Counts } from '#shared/schemas/vault.ts';
import { localeOf } from '../../i18n/index.ts';
import { formatDate } from '../../lib/format.ts';
import { trpc } from '../../lib/trpc.ts';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { QueryBoundary } from '../../ui/QueryBoundary.tsx';
import { Section } from '../../ui/Section.tsx';
import type { Look } from './look.ts';
import { dayOf, type GridDay, gridOf } from './month.ts';
import classes from './vault.module.css';

type DayCounts = Counts[number];
type OnDay = (day: NonNullable<Look['day']>) => void;

/** When access tokens end and refreshes are due: a month's grid, on phones its days in a row. */
export function VaultCalendar({ onDay }: { onDay: OnDay }) {
  const { t } = useTranslation('vault');
  const phone = useMediaQuery('(max-width: 600px)', false, { getInitialValueInEffect: false });
  const [today] = useState(() => new Date());
  const [off, setOff] = useState(0);
  const [year, month] = [today.getFullYear(), today.getMonth() + off];
  const grid = gridOf(year, month);
  const locale = localeOf(i18next.language);
  const name = new Intl.DateTimeFormat(locale, { year: 'numeric', month: 'long' }).format(
    new Date(year, month, 1),
  );
  const query = useQuery(
    trpc.vault.calendar.queryOptions(
      {
        from: edge(grid[0], 0),
        before: edge(grid.at(-1), 1),
        zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      },
      { placeholderData: keepPreviousData },
    ),
  );
  return (
    <Section title={name} text={t('calendar.text')} actions={<Turn off={off} onTurn={setOff} />}>
      <QueryBoundary query={query} isEmpty={() => false}>
        {(counts) => {
          const days = new Map(counts.map((each) => [each.day, each]));
          return phone ? (
            <Agenda {...{ grid, days, onDay }} />
          ) : (
            <Month {...{ grid, days, onDay, locale, name }} today={dayOf(today)} />
          );
        }}
      </QueryBoundary>
    </Section>
  );
}

function edge(at: GridDay | undefined, plus: number): string {
  const [year = 1970, month = 1, day = 1] = (at?.day ?? '').split('-').map(Number);
  return new Date(year, month - 1, day + plus).toISOString();
}

function Turn({ off, onTurn }: { off: number; onTurn: (off: number) => void }) {
  const { t } = useTranslation('vault');
  return (
    <Group gap={4} wrap="nowrap">
      <ActionIcon aria-label={t('calendar.before')} onClick={() => onTurn(off - 1)}>
        <IconChevronLeft size={18} />
      </ActionIcon>
      <Button size="xs" variant="default" disabled={off === 0} onClick={() => onTurn(0)}>
        {t('calendar.today')}
      </Button>
      <ActionIcon aria-label={t('calendar.after')} onClick={() => onTurn(off + 1)}>
        <IconChevronRight size={18} />
      </ActionIcon>
    </Group>
  );
}

type DaysProps = {
  grid: readonly GridDay[];
  days: ReadonlyMap<string, DayCounts>;
  onDay: OnDay;
};

function Month({
  days,
  grid,
  locale,
  name,
  onDay,
  today,
}: DaysProps & { locale: string; name: string; today: string }) {
  const { t } = useTranslation('vault');
  const weekday = new Intl.DateTimeFormat(locale, { weekday: 'short' });
  return (
    <section className={classes.month} aria-label={t('calendar.label', { month: name })}>
      {grid.slice(0, 7).map(({ day }) => (
        <div key={day} className={classes.weekday}>
          {weekday.format(new Date(`${day}T12:00:00`))}
        </div>
      ))}
      {grid.map(({ day, outside }) => (
        <div key={day} className={classes.day} data-outside={outside} data-today={day === today}>
          <Text component="span" fz="sm" className="gh-figures">
            {Number(day.slice(8))}
          </Text>
          <DayButtons counts={days.get(day)} onDay={onDay} />
        </div>
      ))}
    </section>
  );
}

function Agenda({ days, grid, onDay }: DaysProps) {
  const { t } = useTranslation('vault');
  const busy = grid.filter(({ day, outside }) => !outside && days.has(day));
  if (busy.length === 0) return <EmptyState icon={IconCalendarOff} title={t('calendar.empty')} />;
  return (
    <ol className={classes.agenda}>
      {busy.map(({ day }) => (
        <li key={day}>
          <Text fz="sm" fw={550}>
            {formatDate(`${day}T12:00:00`)}
          </Text>
          <DayButtons counts={days.get(day)} onDay={onDay} />
        </li>
      ))}
    </ol>
  );
}

function DayButtons({ counts, onDay }: { counts: DayCounts | undefined; onDay: OnDay }) {
  const { t } = useTranslation('vault');
  if (!counts) return null;
  const { day } = counts;
  return (['expires', 'refreshes'] as const)
    .filter((what) => counts[what] > 0)
    .map((what) => (
      <UnstyledButton
        key={what}
        className={classes.count}
        data-what={what}
        aria-label={`${formatDate(`${day}T12:00:00`)}: ${t(`calendar.${what}`, { count: counts[what] })}`}
        onClick={() => onDay({ what, day })}
      >
        {t(`calendar.${what}`, { count: counts[what] })}
      </UnstyledButton>
    ));
}

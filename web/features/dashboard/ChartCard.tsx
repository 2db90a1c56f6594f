import { ActionIcon, Table, Text, Tooltip, VisuallyHidden } from '@mantine/core';
import { IconChartLine, IconTable } from '@tabler/icons-react';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { LoadingBlock } from '../../ui/LoadState.tsx';
import { Section } from '../../ui/Section.tsx';
import classes from './dashboard.module.css';
import { peakOf, stepTime } from './points.ts';
import type { TimeChartProps } from './TimeChart.tsx';

const TimeChart = lazy(async () => ({ default: (await import('./TimeChart.tsx')).TimeChart }));

type ChartCardProps = TimeChartProps & { title: string; text: string };

/** A chart that can be read as a table too, and is told in words to screen readers. */
export function ChartCard({ title, text, ...chart }: ChartCardProps) {
  const { t } = useTranslation('dashboard');
  const [table, setTable] = useState(false);
  const toggle = t(table ? 'charts.showChart' : 'charts.showTable', { title });
  return (
    <Section
      title={title}
      text={text}
      actions={
        <Tooltip label={toggle}>
          <ActionIcon aria-label={toggle} onClick={() => setTable(!table)}>
            {table ? (
              <IconChartLine size={17} stroke={1.7} />
            ) : (
              <IconTable size={17} stroke={1.7} />
            )}
          </ActionIcon>
        </Tooltip>
      }
    >
      {table ? (
        <ChartTable title={title} {...chart} />
      ) : (
        <figure className={classes.figure}>
          <VisuallyHidden component="figcaption">
            <Summary title={title} {...chart} />
          </VisuallyHidden>
          <Suspense fallback={<LoadingBlock height={250} />}>
            <TimeChart {...chart} />
          </Suspense>
        </figure>
      )}
    </Section>
  );
}

type Told = TimeChartProps & { title: string };

function Summary({ title, points, span, lines, value }: Told) {
  const { t } = useTranslation('dashboard');
  const first = points[0];
  const last = points.at(-1);
  if (!first || !last) return null;
  const figures = lines.map(({ name, label }) => {
    const peak = peakOf(points, name);
    if (!peak) return t('charts.nothing', { name: label });
    const at = stepTime(peak.at, span);
    return t('charts.figure', { name: label, peak: value(peak[name] ?? 0), at });
  });
  return t('charts.summary', {
    title,
    from: stepTime(first.at, span),
    to: stepTime(last.at, span),
    figures: figures.join('; '),
  });
}

/** Newest first, without the steps in which nothing was measured. */
function ChartTable({ title, points, span, lines, value }: Told) {
  const { t } = useTranslation('dashboard');
  const rows = points.filter((point) => lines.some(({ name }) => point[name])).toReversed();
  if (rows.length === 0) return <Text c="dimmed">{t('charts.emptyTable')}</Text>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolled region must be reachable by keyboard.
    <section className={classes.tableView} tabIndex={0} aria-label={title}>
      <Table stickyHeader fz="sm" className="gh-figures" aria-label={title}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t('charts.time')}</Table.Th>
            {lines.map(({ name, label }) => (
              <Table.Th key={name} scope="col" ta="right">
                {label}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((point) => (
            <Table.Tr key={point.at}>
              <Table.Th scope="row" fw={400}>
                {stepTime(point.at, span)}
              </Table.Th>
              {lines.map(({ name }) => (
                <Table.Td key={name} ta="right">
                  {point[name] === null ? '–' : value(point[name])}
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  );
}

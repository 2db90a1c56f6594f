import '@mantine/charts/styles.css';
import { AreaChart, BarChart, ChartTooltip, LineChart } from '@mantine/charts';
import { axisTime, type Measure, type Point, type Span, stepTime } from './points.ts';

export type ChartLine = { name: Measure; label: string; color: string; strokeDasharray?: string };

export type TimeChartProps = {
  kind: 'bars' | 'areas' | 'lines';
  points: readonly Point[];
  span: Span;
  lines: readonly ChartLine[];
  /** Short form for the axis. */
  tick: (value: number) => string;
  /** Full form for the tooltip. */
  value: (value: number) => string;
};

/** Measures over time. Drawn without animation, so that a refresh every few seconds does not flicker. */
export function TimeChart({ kind, points, span, lines, tick, value }: TimeChartProps) {
  const series = [...lines];
  const common = {
    h: 250,
    data: [...points],
    dataKey: 'at',
    series,
    valueFormatter: tick,
    withLegend: true,
    // NOTE: without this the legend sorts itself by name, apart from the lines.
    legendProps: { verticalAlign: 'bottom' as const, itemSorter: null },
    gridAxis: 'x' as const,
    tickLine: 'none' as const,
    strokeDasharray: '2 4',
    xAxisProps: { tickFormatter: (at: string) => axisTime(at, span), minTickGap: 28 },
    yAxisProps: { width: 64, allowDecimals: kind === 'lines' },
    tooltipProps: {
      content: ({ label, payload }: TooltipContent) => (
        <ChartTooltip
          label={typeof label === 'string' ? stepTime(label, span) : ''}
          payload={measured(payload)}
          series={series}
          valueFormatter={value}
        />
      ),
    },
  };
  switch (kind) {
    case 'bars':
      return <BarChart {...common} type="stacked" maxBarWidth={28} fillOpacity={0.9} />;
    case 'areas':
      return (
        <AreaChart
          {...common}
          type="stacked"
          curveType="monotone"
          withDots={false}
          strokeWidth={1.5}
          fillOpacity={0.35}
          areaProps={{ isAnimationActive: false }}
        />
      );
    case 'lines':
      return (
        <LineChart
          {...common}
          curveType="monotone"
          connectNulls={false}
          strokeWidth={1.8}
          dotProps={{ r: 1.8, strokeWidth: 1.5 }}
          activeDotProps={{ r: 4, strokeWidth: 1.5 }}
          lineProps={{ isAnimationActive: false }}
        />
      );
  }
}

type Shown = { name: string; payload: Record<string, unknown> };
type TooltipContent = { label?: unknown; payload?: unknown };

/** Only what was measured at that time: a gap has no value to show. */
function measured(payload: unknown): Record<string, unknown>[] {
  if (!Array.isArray(payload)) return [];
  return (payload as Shown[]).filter(({ name, payload: point }) => typeof point[name] === 'number');
}

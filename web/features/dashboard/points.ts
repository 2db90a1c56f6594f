import type { Summary, SummaryRange } from '#shared/schemas/usage.ts';
import { formatClock, formatDateTime, formatShortDate } from '../../lib/format.ts';

/** One step of time as the charts draw it. Gaps (null) are steps without an answer. */
export type Point = {
  at: string;
  answered: number;
  failed: number;
  input: number;
  output: number;
  p50: number | null;
  p95: number | null;
  firstToken: number | null;
};
export type Measure = Exclude<keyof Point, 'at'>;

/** What a chart shows, and whose days those of a month are. */
export type Span = { range: SummaryRange; zone: string };

/** The series of a summary in the charts' shape. */
export function toPoints(series: Summary['series']): Point[] {
  return series.map((step) => ({
    at: step.at,
    answered: step.requests - step.errors,
    failed: step.errors,
    input: step.inputTokens,
    output: step.outputTokens,
    p50: step.latencyP50Ms,
    p95: step.latencyP95Ms,
    firstToken: step.firstTokenP50Ms,
  }));
}

/** Errors among requests, 0 to 1. */
export function errorRate({ requests, errors }: { requests: number; errors: number }): number {
  return requests === 0 ? 0 : errors / requests;
}

/** The point at which a measure is highest, null when it never was above nothing. */
export function peakOf(points: readonly Point[], measure: Measure): Point | null {
  let peak: Point | null = null;
  for (const point of points) {
    if ((point[measure] ?? 0) > (peak?.[measure] ?? 0)) peak = point;
  }
  return peak;
}

/** A step's time for an axis: as short as the range allows. */
export function axisTime(iso: string, { range, zone }: Span): string {
  if (range === 'month') return formatShortDate(iso, zone);
  return range === 'week' ? formatShortDate(iso) : formatClock(iso);
}

/** A step's time in full, for tooltips and tables. Steps of a month are days of the server's zone. */
export function stepTime(iso: string, { range, zone }: Span): string {
  return range === 'month' ? formatShortDate(iso, zone) : formatDateTime(iso);
}

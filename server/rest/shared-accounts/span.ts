import { z } from 'zod';

/** The longest stretch of time that one request may ask for. */
const MOST_DAYS = 400;
const DAY_MS = 86_400_000;

const Day = z.iso.date();
const Moment = z.union([Day, z.iso.datetime({ offset: true, local: true })], {
  error: 'write a date, or a date with a time: 2026-01-31, 2026-01-31T12:00:00Z',
});

export type SpanQuery = { start_date?: string | undefined; end_date?: string | undefined };

export type SpanDeps = {
  clock: { now(): number };
  /** The first or last moment of a day of the server's zone, `YYYY-MM-DD`. */
  momentOf(day: string, which: 'first' | 'last'): number;
};

/**
 * Reads `start_date` and `end_date`: a date is the whole day of the server's zone, a time without a
 * zone is UTC.
 */
export function spanOf({ clock, momentOf }: SpanDeps) {
  function moment(text: string | undefined, which: 'first' | 'last'): number | null {
    if (text === undefined) return null;
    if (Day.safeParse(text).success) return momentOf(text, which);
    return Date.parse(/(Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`);
  }
  const read = ({ end_date, start_date }: SpanQuery) => ({
    from: moment(start_date, 'first'),
    to: moment(end_date, 'last'),
  });

  return {
    read,
    query: z
      .object({ start_date: Moment.optional(), end_date: Moment.optional() })
      .superRefine((given, context) => {
        const { from, to } = read(given);
        const end = to ?? clock.now();
        const wrong = (message: string) =>
          context.addIssue({ code: 'custom', path: ['start_date'], message });
        if (from === null) return;
        if (to !== null && from > to) wrong('must not be after end_date');
        else if (end - from > MOST_DAYS * DAY_MS)
          wrong(`at most ${MOST_DAYS} days can be asked for`);
      }),
  };
}
export type SpanReader = ReturnType<typeof spanOf>;

export type Hours = { from: number; to: number };

const DAY_MINUTES = 1_440;

/** Minutes from 00:00 of one zone as those of another one at this time of the year (`at`: epoch ms). */
export function hoursIn(hours: Hours, zones: { from: string; to: string }, at: number): Hours {
  const apart = offsetOf(zones.to, at) - offsetOf(zones.from, at);
  const move = (minute: number) => (minute + apart + DAY_MINUTES) % DAY_MINUTES;
  return { from: move(hours.from), to: move(hours.to) };
}

/** The zone of the reader's own clock. */
export function ownZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Minutes by which a zone's clock is ahead of UTC, within a day. */
function offsetOf(timeZone: string, at: number): number {
  const format = (zone: string) =>
    new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      hour: 'numeric',
      minute: 'numeric',
    }).formatToParts(at);
  const minutes = (zone: string) =>
    format(zone).reduce((sum, { type, value }) => {
      if (type === 'hour') return sum + Number(value) * 60;
      return type === 'minute' ? sum + Number(value) : sum;
    }, 0);
  return (minutes(timeZone) - minutes('UTC') + DAY_MINUTES) % DAY_MINUTES;
}

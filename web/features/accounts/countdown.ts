/** Whole seconds from `now` (epoch ms) until an ISO time; never below 0. */
export function secondsUntil(iso: string, now: number): number {
  return Math.max(0, Math.ceil((new Date(iso).getTime() - now) / 1_000));
}

/** Seconds as a clock that runs backwards: 0:42, 12:05, 1:30:00. */
export function countdown(seconds: number): string {
  const two = (value: number) => `${value}`.padStart(2, '0');
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor(seconds / 60) % 60;
  const clock = `${hours > 0 ? two(minutes) : minutes}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${clock}` : clock;
}

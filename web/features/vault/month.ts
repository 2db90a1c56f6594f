/** A day of a month's grid. */
export type GridDay = { day: string; outside: boolean };

const two = (value: number) => `${value}`.padStart(2, '0');

/** A date as YYYY-MM-DD, as the clock here shows it. */
export function dayOf(date: Date): string {
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** The weeks of a month, Mondays first; `month` counts from 0 and may lie outside its year. */
export function gridOf(year: number, month: number): GridDay[] {
  const first = new Date(year, month, 1);
  const before = (first.getDay() + 6) % 7;
  const length = new Date(first.getFullYear(), first.getMonth() + 1, 0).getDate();
  const weeks = Math.ceil((before + length) / 7);
  return Array.from({ length: weeks * 7 }, (_, index) => {
    const date = new Date(first.getFullYear(), first.getMonth(), 1 - before + index);
    return { day: dayOf(date), outside: date.getMonth() !== first.getMonth() };
  });
}

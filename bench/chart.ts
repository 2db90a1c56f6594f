import { figure } from './report.ts';

/** What grows, step by step, and what it costs. */
export type Chart = {
  /** Of the file. */
  name: string;
  title: string;
  /** What the figures are. */
  unit: string;
  steps: readonly string[];
  lines: readonly { name: string; values: readonly number[] }[];
};

const [WIDTH, HEIGHT] = [640, 280];
const PLOT = { left: 56, right: 16, top: 44, bottom: 56 };
/** Told apart by people who see colours differently, on light and on dark. */
const COLOURS = ['#3b82f6', '#f59e0b', '#10b981'];
const INK = '#808080';

/** A chart as SVG: a line for each series over evenly spaced steps, from zero up. */
export function lineChart({ title, unit, steps, lines }: Chart): string {
  const marks = marksFor(Math.max(...lines.flatMap(({ values }) => values), 1e-9));
  const most = marks.at(-1) ?? 1;
  const width = WIDTH - PLOT.left - PLOT.right;
  const height = HEIGHT - PLOT.top - PLOT.bottom;
  const x = (at: number) => PLOT.left + (width * (at + 0.5)) / steps.length;
  const y = (value: number) => PLOT.top + height * (1 - value / most);
  const text = (at: [number, number], words: string, more = '') =>
    `<text x="${round(at[0])}" y="${round(at[1])}" fill="${INK}"${more}>${escaped(words)}</text>`;
  const middle = ' text-anchor="middle"';

  const grid = marks.flatMap((mark) => {
    const at = y(mark);
    return [
      `<path d="M${PLOT.left} ${round(at)}H${WIDTH - PLOT.right}" stroke="${INK}" stroke-opacity="0.25"/>`,
      text([PLOT.left - 6, at + 4], mark.toLocaleString('en-US'), ' text-anchor="end"'),
    ];
  });
  const labels = steps.flatMap((step, at) =>
    step
      .split('\n')
      .map((words, line) => text([x(at), HEIGHT - PLOT.bottom + 18 + 14 * line], words, middle)),
  );
  const series = lines.flatMap(({ values }, which) => {
    const colour = COLOURS[which % COLOURS.length];
    const path = values.map((value, at) => `${round(x(at))} ${round(y(value))}`).join('L');
    return [
      `<path d="M${path}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      ...values.map(
        (value, at) =>
          `<circle cx="${round(x(at))}" cy="${round(y(value))}" r="3.5" fill="${colour}"/>${text([x(at), y(value) - 8], figure(value), middle)}`,
      ),
    ];
  });
  const legend = lines.flatMap(({ name }, which) => {
    const at = PLOT.left + which * 190;
    const colour = COLOURS[which % COLOURS.length];
    return [
      `<rect x="${at}" y="28" width="10" height="3" fill="${colour}"/>`,
      text([at + 14, 33], name),
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="11" role="img" aria-label="${escaped(title)}">`,
    text([PLOT.left, 16], `${title} (${unit})`, ' font-size="13"'),
    ...legend,
    ...grid,
    ...labels,
    ...series,
    '</svg>\n',
  ].join('\n');
}

/** Round numbers from zero to above a value, four or five steps. */
function marksFor(value: number): number[] {
  const power = 10 ** Math.floor(Math.log10(value / 4));
  const step = power * ([1, 2, 5].find((each) => each * power * 5 > value) ?? 10);
  const count = Math.floor(value / step) + 1;
  return Array.from({ length: count + 1 }, (_, at) => at * step);
}

const round = (value: number) => Math.round(value * 10) / 10;

function escaped(words: string): string {
  return words
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

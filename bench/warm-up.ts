import type { Aim, Door, Measured } from './load/jobs.ts';
import type { LoadGenerator } from './processes.ts';

/**
 * Requests after which V8 has compiled what serves them, and the longest wait for so many: the path of
 * a gateway is long, and its CPU per request still falls by a quarter between the 10,000th and the
 * 40,000th.
 */
const WARM = { answers: 40_000, ms: 15_000 };

/** Runs a target warm: the first seconds of a process are another program. What it was asked. */
export async function warmUp(load: LoadGenerator, aim: Aim, door?: Door): Promise<Measured[]> {
  const all: Measured[] = [];
  const deadline = performance.now() + WARM.ms;
  for (let answers = 0; answers < WARM.answers && performance.now() < deadline; ) {
    const measured = await load.run({
      ...aim,
      kind: 'closed',
      bytes: 480,
      clients: 32,
      warmMs: 0,
      measureMs: 500,
      ...(door && { door }),
    });
    answers += measured.answered;
    all.push(measured);
  }
  return all;
}

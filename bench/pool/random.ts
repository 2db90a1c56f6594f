export type Random = {
  /** 0 to 1, 1 excluded. */
  next(): number;
  /** From `least` to `most`, both included. */
  whole(least: number, most: number): number;
  between(least: number, most: number): number;
  /** Exponential, with this mean. */
  wait(mean: number): number;
  pick<T>(values: readonly [T, ...T[]]): T;
};

/** The same numbers for the same seed: a linear congruential generator (Numerical Recipes), mixed. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  function next(): number {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const mixed = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
    return ((mixed ^ (mixed >>> 12)) >>> 0) / 2 ** 32;
  }
  return {
    next,
    whole: (least, most) => least + Math.floor(next() * (most - least + 1)),
    between: (least, most) => least + next() * (most - least),
    wait: (mean) => -mean * Math.log(1 - next()),
    pick: (values) => values[Math.floor(next() * values.length)] ?? values[0],
  };
}

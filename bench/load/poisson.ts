/** Numbers from 0 to 1 (excluded), the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export type ArrivalsOptions = {
  ratePerSecond: number;
  durationMs: number;
  /** 0 to 1, 1 excluded. */
  random: () => number;
};

/** Times of arrival in ms from the start, ascending: independent clients, so exponential gaps. */
export function poissonArrivals({ ratePerSecond, durationMs, random }: ArrivalsOptions): number[] {
  const arrivals: number[] = [];
  for (let at = 0; ; ) {
    at += (-Math.log(1 - random()) * 1000) / ratePerSecond;
    if (at >= durationMs) return arrivals;
    arrivals.push(at);
  }
}

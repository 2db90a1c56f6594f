/** Who waits, and for what. */
export type InLine = {
  /** Who asks: people are served in turn, whatever they wait for. */
  person: string;
  /** Public name of the model. */
  model: string;
  /** What the request keeps in memory. */
  bytes: number;
};

/** Where a new one would stand. */
export type Standing = {
  /** Requests of the model that wait. */
  waiting: number;
  /** Those of them that are the person's own. */
  own: number;
  /** Those of them whose turn comes first. */
  ahead: number;
  /** What all that wait, of every model, keep in memory. */
  bytes: number;
};

/**
 * The order of those who wait: people in turn, each with one request at a time, first come, first
 * served among the requests of one person. Who was served goes behind everyone else.
 */
export function createLine<Waiter extends InLine>() {
  /** In the order of their turns. */
  const people = new Map<string, Waiter[]>();
  let size = 0;
  let bytes = 0;

  const has = (waiter: Waiter) => people.get(waiter.person)?.includes(waiter) ?? false;
  const countOf = (waiters: readonly Waiter[], model: string) =>
    waiters.reduce((count, waiter) => count + (waiter.model === model ? 1 : 0), 0);

  return {
    has,
    size: () => size,

    standing({ model, person }: InLine): Standing {
      const own = countOf(people.get(person) ?? [], model);
      let waiting = 0;
      let ahead = own;
      // Whose turn comes before the person's has one more round before the new one's.
      let rounds = own + 1;
      for (const [other, waiters] of people) {
        const count = countOf(waiters, model);
        waiting += count;
        if (other === person) rounds = own;
        else ahead += Math.min(count, rounds);
      }
      return { waiting, own, ahead, bytes };
    },

    add(waiter: Waiter): void {
      const others = people.get(waiter.person);
      if (others) others.push(waiter);
      else people.set(waiter.person, [waiter]);
      size += 1;
      bytes += waiter.bytes;
    },

    remove(waiter: Waiter): void {
      if (!has(waiter)) return;
      const rest = people.get(waiter.person)?.filter((other) => other !== waiter) ?? [];
      if (rest.length > 0) people.set(waiter.person, rest);
      else people.delete(waiter.person);
      size -= 1;
      bytes -= waiter.bytes;
    },

    /** The person's turn is over. */
    served(person: string): void {
      const rest = people.get(person);
      people.delete(person);
      if (rest) people.set(person, rest);
    },

    /** The next in turn for the model. */
    next(model: string): Waiter | null {
      for (const waiters of people.values()) {
        const found = waiters.find((waiter) => waiter.model === model);
        if (found) return found;
      }
      return null;
    },

    /** Everybody's requests, person by person, in the order of their turns. */
    turns: (): Waiter[][] => [...people.values()].map((waiters) => [...waiters]),
  };
}

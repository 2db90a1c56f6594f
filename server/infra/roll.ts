/** Who is there now: whoever joins leaves by the function given back. In order of arrival. */
export type Roll<T extends object> = Iterable<T> & {
  add(value: T): () => void;
  size(): number;
};

type Place<T extends object> = { value: T | null; before: Place<T> | null; after: Place<T> | null };

/**
 * For what comes and goes with every request, where a Map or Set would cost a tenth of the request:
 * V8 leaves a pointer from each outgrown table to the one that took its place, so that one old dead
 * table keeps the next alive and with it all that was running then, until the next full collection.
 * Here, whoever leaves points to nobody.
 */
export function createRoll<T extends object>(): Roll<T> {
  let first: Place<T> | null = null;
  let last: Place<T> | null = null;
  let size = 0;

  function leave(place: Place<T>): void {
    if (place.value === null) return;
    const { before, after } = place;
    if (before) before.after = after;
    else first = after;
    if (after) after.before = before;
    else last = before;
    place.value = null;
    place.before = null;
    place.after = null;
    size -= 1;
  }

  return {
    add(value) {
      const place: Place<T> = { value, before: last, after: null };
      if (last) last.after = place;
      else first = place;
      last = place;
      size += 1;
      return () => leave(place);
    },
    size: () => size,
    // NOTE: a copy, for whoever is visited may leave over it, and so may the next one.
    [Symbol.iterator]() {
      const there: T[] = [];
      for (let place = first; place?.value; place = place.after) there.push(place.value);
      return there.values();
    },
  };
}

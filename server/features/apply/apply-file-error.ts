export type FilePlace = {
  /** From 1. */
  line?: number | undefined;
  /** e.g. `users[0].password`. */
  path?: string | undefined;
};

/** What is wrong with a set-up file, and where. Never carries a value of it: that may be a secret. */
export class ApplyFileError extends Error {
  override readonly name = 'ApplyFileError';
  readonly place: FilePlace;
  readonly what: string;

  constructor(what: string, place: FilePlace = {}) {
    super(place.path ? `${place.path}: ${what}` : what);
    this.what = what;
    this.place = place;
  }
}

/** `["users", 0, "password"]` as `users[0].password`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, at) => {
      if (typeof part === 'number') return `[${part}]`;
      const name = String(part);
      if (!/^[\w$-]+$/.test(name)) return `[${JSON.stringify(name.slice(0, 80))}]`;
      return at === 0 ? name : `.${name}`;
    })
    .join('');
}

import { AppError } from '#shared/errors.ts';

/** Whose password it is to be: what is known of them makes a bad one. */
export type Chooser = { username: string; email?: string | null | undefined };

/** What has to be left of a password when what anybody guesses first is taken out of it. */
const LEAST_OWN = 6;
const PRODUCT = 'gatehouse';

/** Digits and signs people write for letters. */
const WRITTEN_FOR: Readonly<Record<string, string>> = {
  ...{ '0': 'o', '1': 'l', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', $: 's', '!': 'i' },
};

let common: Promise<ReadonlySet<string>> | undefined;

/** Read when the first password is chosen, so that a start does not wait for 49,000 words. */
function commonPasswords(): Promise<ReadonlySet<string>> {
  common ??= import('@zxcvbn-ts/language-common').then(
    ({ dictionary }) => new Set(dictionary['passwords-common'].map((word) => word.toLowerCase())),
  );
  return common;
}

/**
 * Refuses a password that others try first: one of the breached ones, with or without digits around
 * it; the same few characters over and over; the person's own name.
 * @throws AppError bad_request about `param`.
 */
export async function refuseWeak(password: string, who: Chooser, param: string): Promise<void> {
  const why = whyWeak(password.toLowerCase(), who) ?? (await whyCommon(password.toLowerCase()));
  if (why !== null) throw new AppError('bad_request', why, { param });
}

function whyWeak(password: string, { username, email }: Chooser): string | null {
  if (repeats(password) || runs(password)) {
    return 'This password repeats itself or counts on. Choose one with a few unrelated words.';
  }
  if (ownPart(password, PRODUCT) < LEAST_OWN) {
    return 'This password is made of the name of this product. Choose one with a few unrelated words.';
  }
  const names = [username, username.split('@')[0] ?? '', email?.split('@')[0] ?? ''];
  if (names.some((name) => name.length > 2 && ownPart(password, name.toLowerCase()) < LEAST_OWN)) {
    return 'This password is made of your user name or e-mail address. Choose one with a few unrelated words.';
  }
  return null;
}

async function whyCommon(password: string): Promise<string | null> {
  const words = await commonPasswords();
  if (![...spellings(password)].some((word) => words.has(word))) return null;
  return 'This password is one of those found in data breaches, and is tried first. Choose one with a few unrelated words.';
}

/** How many characters are left without the name; everything when it is not in it. */
function ownPart(password: string, name: string): number {
  const left = password.replaceAll(name, '');
  return left.length === password.length ? Number.POSITIVE_INFINITY : left.length;
}

/** The password itself, without digits and signs around it, and with letters for signs. */
function* spellings(password: string): Iterable<string> {
  const letters = Array.from(password, (char) => WRITTEN_FOR[char] ?? char).join('');
  for (const whole of [password, letters]) {
    yield whole;
    const core = withoutEnds(whole);
    if (core.length * 2 >= whole.length) yield core;
  }
  const core = withoutEnds(password);
  if (core.length * 2 >= password.length) {
    yield Array.from(core, (char) => WRITTEN_FOR[char] ?? char).join('');
  }
}

const isLetter = (char: string | undefined) => char !== undefined && /\p{L}/u.test(char);

/** Cut by hand: a pattern for "signs at the end" takes the square of a long text's time. */
function withoutEnds(text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && !isLetter(text[from])) from += 1;
  while (to > from && !isLetter(text[to - 1])) to -= 1;
  return text.slice(from, to);
}

/** Whether it is one part of at most a third of its length over and over, or of two characters. */
function repeats(text: string): boolean {
  if (new Set(text).size <= 2) return true;
  for (let size = 1; size * 3 <= text.length; size += 1) {
    if (text.slice(size) === text.slice(0, -size)) return true;
  }
  return false;
}

/** Whether each character is the next, or the one before, in the alphabet: abcdefghij, 9876543210. */
function runs(text: string): boolean {
  const points = Array.from(text, (char) => char.codePointAt(0) ?? 0);
  const steps = points.slice(1).map((point, at) => point - (points[at] ?? 0));
  const [first] = steps;
  return Math.abs(first ?? 0) === 1 && steps.every((step) => step === first);
}

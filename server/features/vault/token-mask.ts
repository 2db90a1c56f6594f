/** So much of a secret may stand in a text: it names it, and does not help to guess it. */
const MOST_SHOWN = 12;
const HIDDEN = '***';

/** What a secret may look like in an address, in a form or in a header. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    encodeURIComponent(secret),
    new URLSearchParams([['', secret]]).toString().slice(1),
    bytes.toString('base64').replace(/=+$/, ''),
    bytes.toString('base64url'),
  ];
}

/**
 * A text of a platform without any of the secrets, whole, encoded or in part, and without whatever
 * else looks like a token.
 */
export function masked(text: string, secrets: readonly string[]): string {
  const forms = [...new Set(secrets.filter((secret) => secret !== '').flatMap(formsOf))]
    // One that holds another goes first, so that nothing of it is left.
    .sort((one, other) => other.length - one.length);
  const whole = forms.reduce((left, form) => left.replaceAll(form, HIDDEN), text);
  const runs = new Set(forms.flatMap(runsOf));
  const isPart = (word: string) => runsOf(word).some((run) => runs.has(run));
  return whole
    .replaceAll(/[\w\-+/=.~]{40,}/g, HIDDEN)
    .replaceAll(/\S{13,}/g, (word) => (isPart(word) ? HIDDEN : word));
}

/** Each piece of it that is longer than may be shown. */
function runsOf(text: string): string[] {
  const count = Math.max(0, text.length - MOST_SHOWN);
  return Array.from({ length: count }, (_, at) => text.slice(at, at + MOST_SHOWN + 1));
}

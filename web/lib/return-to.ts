/**
 * The place to go after signing in: a path of this console, or `/`. Anything that a browser could
 * read as another site (`//host`, `/\host`, `https:`, control characters) becomes `/`.
 */
export function safeReturnTo(value: unknown): string {
  if (typeof value !== 'string' || value.length > 500) return '/';
  if (!/^\/[^/\\]/.test(value) || /[\s\\]/.test(value)) return '/';
  const base = 'https://console.invalid';
  if (!URL.canParse(value, base)) return '/';
  const url = new URL(value, base);
  const elsewhere = url.origin !== base || /^\/(sign-in|setup|invite|sso)(\/|$)/.test(url.pathname);
  // `/..//host` becomes `//host`, which is another site once more.
  if (elsewhere || url.pathname.startsWith('//')) return '/';
  return url.pathname + url.search + url.hash;
}

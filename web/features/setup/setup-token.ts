let taken: string | null = null;

/** Reads the token from a URL fragment, `#abc` or `#token=abc`; null when there is none. */
export function readSetupToken(hash: string): string | null {
  return /^#(?:token=)?([\w-]+)$/.exec(hash)?.[1] ?? null;
}

/**
 * Takes the set-up token out of the address bar and its history entry, and keeps it in memory only:
 * the link is a credential and must not stay where it is shown or synced.
 */
export function takeSetupToken(): string | null {
  const found = readSetupToken(window.location.hash);
  if (found) {
    taken = found;
    window.history.replaceState(window.history.state, '', window.location.pathname);
  }
  return taken;
}

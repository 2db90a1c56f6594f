/** Guides a fresh instance to its first answer; nothing once that is done. */
export function GettingStarted() {
  return null;
}

const forgetful = new Set<() => void>();

/** Registers what empties a store outside the query client when the person signs out. */
export function onForget(forget: () => void): void {
  forgetful.add(forget);
}

/** Empties everything this tab keeps of the signed-in person outside the query client. */
export function forgetPerson(): void {
  for (const forget of forgetful) forget();
  try {
    sessionStorage.clear();
  } catch {
    // Storage may be forbidden; then nothing was kept.
  }
}

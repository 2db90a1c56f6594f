/** A name for a new account: the platform's own, numbered when it is taken. */
export function suggestName(platformName: string, taken: readonly string[]): string {
  const names = new Set(taken.map((name) => name.toLowerCase()));
  if (!names.has(platformName.toLowerCase())) return platformName;
  let n = 2;
  while (names.has(`${platformName} ${n}`.toLowerCase())) n += 1;
  return `${platformName} ${n}`;
}

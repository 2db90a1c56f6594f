/** SQLSTATE class 22 (data exception) or 23 (constraint): trying the same again cannot help. */
export function isAboutTheData(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code.startsWith('22') || code.startsWith('23');
}

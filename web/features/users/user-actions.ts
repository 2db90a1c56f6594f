/** What is asked for once more before it is done. */
const CONFIRMED = ['reset', 'factors', 'silence', 'disable', 'enable'] as const;
export type ConfirmedAction = (typeof CONFIRMED)[number];
export type UserAction = 'edit' | 'delete' | 'off' | ConfirmedAction;

export function isConfirmed(what: string): what is ConfirmedAction {
  return CONFIRMED.some((action) => action === what);
}

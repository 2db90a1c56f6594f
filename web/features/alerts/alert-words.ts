import { alertPath, alertWords } from '#shared/alert-texts.ts';
import type { AlertKind, AlertSeverity, AlertView } from '#shared/schemas/alerts.ts';
import { currentLanguage } from '../../i18n/index.ts';

/** What an alert says in the language of the page. */
export const wordsOf = (alert: AlertView) => alertWords(currentLanguage(), alert);

/** Where something can be done about it, as the router wants it. */
export function placeOf(alert: AlertView): { to: string; hash: string } {
  const [to = '/alerts', hash = ''] = alertPath(alert).split('#');
  return { to, hash };
}

export const SEVERITY_COLORS: Readonly<Record<AlertSeverity, string>> = {
  info: 'blue',
  warning: 'yellow',
  critical: 'red',
};

type Dashed<Kind extends string> = Kind extends `${infer Area}.${infer What}`
  ? `${Area}-${What}`
  : Kind;

/** The kind as texts are keyed: a dot would lead into another level. */
export function textKey<Kind extends AlertKind>(kind: Kind): `kind.${Dashed<Kind>}` {
  return `kind.${kind.replace('.', '-') as Dashed<Kind>}`;
}

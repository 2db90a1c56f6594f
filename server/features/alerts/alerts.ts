import type {
  AlertFacts,
  AlertKind,
  AlertSeverity,
  AlertSubjectKind,
} from '#shared/schemas/alerts.ts';

/** Something that went wrong, or still is. */
export type RaisedAlert = {
  kind: AlertKind;
  /** What makes two the same thing, e.g. `account.expired:<id>`; `resolve` is told the same. */
  key: string;
  /** Left out = as usual for the kind. */
  severity?: AlertSeverity;
  /** `name` as people know it. */
  subject: { kind: AlertSubjectKind; id: string; name: string };
  /** Whose it is besides those who look after alerts; null = theirs alone. */
  ownerId: string | null;
  /** What its words are made of; see `shared/alert-texts.ts`. Never a secret. */
  facts?: AlertFacts;
  /** It goes on, rather than happened again: it is not counted up. */
  stillSo?: boolean;
};

/**
 * How a feature tells people of trouble. Neither call waits or throws: what cannot be written is in
 * the log.
 */
export type Alerts = {
  /** The same key again, while it is open, counts up and tells nobody anew. */
  raise(alert: RaisedAlert): void;
  /** It is over: told once, and only if it was raised. */
  resolve(key: string): void;
};

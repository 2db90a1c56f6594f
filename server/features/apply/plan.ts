import { isDeepStrictEqual } from 'node:util';

export type PlanKind = 'platform' | 'user' | 'account' | 'model' | 'key' | 'oauthClient';

/** One entry of the file: what applying it does. Field names only, never values. */
export type PlanItem = {
  action: 'create' | 'update' | 'unchanged';
  kind: PlanKind;
  /** Names it within its kind, e.g. `ada/ci` for a key. */
  name: string;
  /** Fields that are written, as the file calls them. */
  changes: string[];
  /** Something a person should know, e.g. that a revoked key stays revoked. */
  note?: string;
};

/** A plan item with what has to be written. */
export type Step<Columns> = PlanItem & { id: string } & (
    | { action: 'create'; columns: Columns }
    | { action: 'update'; columns: Partial<Columns> }
    | { action: 'unchanged' }
  );

/** Given columns; what is left out (undefined) stays as it is. */
type Given<Columns> = { [Name in keyof Columns]?: Columns[Name] | undefined };

export type StepInput<Columns> = {
  kind: PlanKind;
  name: string;
  /** The row that is there already. */
  found: (Columns & { id: string }) | undefined;
  wanted: Given<Columns>;
  /** What a new row has where the file says nothing. */
  defaults: Columns;
  /** How the file calls a column where it is not the column's name; null = not worth a word. */
  labels?: { [Name in keyof Columns]?: string | null };
  newId(): string;
};

/** Compares what the file wants with what is there. */
export function toStep<Columns extends object>(input: StepInput<Columns>): Step<Columns> {
  const { kind, name, found, wanted, defaults, labels = {}, newId } = input;
  const given = Object.entries(wanted).filter(([, value]) => value !== undefined);
  const differing = found
    ? given.filter(([column, value]) => !isDeepStrictEqual(value, Reflect.get(found, column)))
    : given;
  const called: Record<string, string | null> = { ...labels };
  const changes = differing.flatMap(([column]) => {
    const label = called[column];
    return label === null ? [] : [label ?? column];
  });
  // Only columns of the row are in there: `wanted` has no others.
  const columns = Object.fromEntries(differing) as Partial<Columns>;
  if (!found) {
    return {
      action: 'create',
      kind,
      name,
      changes,
      id: newId(),
      columns: { ...defaults, ...columns },
    };
  }
  if (differing.length === 0) return { action: 'unchanged', kind, name, changes: [], id: found.id };
  return { action: 'update', kind, name, changes, id: found.id, columns };
}

/** What may be shown of a step: none of its values. */
export function toItem({ action, kind, name, changes, note }: PlanItem): PlanItem {
  return { action, kind, name, changes, ...(note !== undefined && { note }) };
}

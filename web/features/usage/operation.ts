import type { TFunction } from 'i18next';
import { UsageOperation, type UsageRow } from '#shared/schemas/usage.ts';
import { formatNumber } from '../../lib/format.ts';

type Translator = TFunction<'usage'>;

/** What a request asked for, in words; the server's own word for what this page does not know. */
export function operationName(t: Translator, operation: string): string {
  const known = UsageOperation.safeParse(operation).data;
  return known ? t(`operations.${known}`) : operation;
}

const DOORS = [
  'openai-chat',
  'openai-completions',
  'openai-responses',
  'anthropic-messages',
  'gemini',
  'playground',
] as const;

/** The door a request came in by; the server's own word for what this page does not know. */
export function doorName(t: Translator, door: string): string {
  const known = DOORS.find((each) => each === door);
  return known ? t(`doors.${known}`) : door;
}

const UNITS = ['image', 'second', 'character', 'search'] as const;

/** A number with its unit: “2 images”. */
export function unitsText(t: Translator, units: NonNullable<UsageRow['units']>): string {
  const figure = formatNumber(units.amount);
  const known = UNITS.find((unit) => unit === units.unit);
  return known ? t(`units.${known}`, { count: units.amount, figure }) : `${figure} ${units.unit}`;
}

import { useTranslation } from 'react-i18next';
import type { UsageRow } from '#shared/schemas/usage.ts';
import { unitsText } from './operation.ts';
import { TokenCount } from './TokenCount.tsx';

/** Whether a request is measured in something else than tokens. */
export function hasUnitsOnly({ units, inputTokens, outputTokens }: UsageRow): boolean {
  return units !== null && inputTokens === 0 && outputTokens === 0;
}

/** What went in: tokens, or the images, seconds or characters that stand in their place. */
export function CountedInput({ row }: { row: UsageRow }) {
  const { t } = useTranslation('usage');
  if (row.units && hasUnitsOnly(row)) {
    return <span className="gh-figures">{unitsText(t, row.units)}</span>;
  }
  return <TokenCount count={row.inputTokens} estimated={row.estimated} />;
}

/** The tokens that came out; a dash where tokens are not the measure. */
export function CountedOutput({ row }: { row: UsageRow }) {
  if (hasUnitsOnly(row)) return <span className="gh-figures">–</span>;
  return <TokenCount count={row.outputTokens} estimated={row.estimated} />;
}

import { countUsageRows } from '../targets/gateway.ts';
import { startProtocolLab } from './lab.ts';
import { measurePairs } from './measure.ts';
import { protocolReport } from './report.ts';

/** Measures every pair of protocols; `complete` = each answered stream has its usage row. */
export async function benchProtocols(): Promise<{ report: string; complete: boolean }> {
  await using lab = await startProtocolLab();
  const pairs = await measurePairs(lab);
  const counted = await countUsageRows(lab.url);
  const rows = `Usage rows: ${counted}, answered streams: ${lab.answered()}.`;
  return {
    report: `${protocolReport(pairs)}\n\n${rows}`,
    complete: counted === lab.answered(),
  };
}

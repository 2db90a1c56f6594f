import type { JobItemView, JobView } from '#shared/schemas/jobs.ts';
import { readError } from '../../lib/errors.ts';
import { saveFile } from '../../lib/save-file.ts';
import { client } from '../../lib/trpc.ts';
import { notifyError } from '../../ui/notify.tsx';

const PAGE = 2_000;

/** Saves what came of each thing of a job as CSV. */
export async function saveReport(job: JobView, named: (code: string) => string): Promise<void> {
  try {
    const rows: JobItemView[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await client.jobs.items.query({
        id: job.id,
        limit: PAGE,
        ...(cursor && { cursor }),
      });
      rows.push(...page.rows);
      cursor = page.nextCursor;
    }
    const lines = rows.map(({ code, name, number, state, text }) =>
      [String(number), name, state, code, named(code), text].map(cell).join(','),
    );
    const head = 'number,name,state,code,meaning,text';
    saveFile(`job-${job.id}.csv`, 'text/csv', `${[head, ...lines].join('\r\n')}\r\n`);
  } catch (thrown) {
    notifyError(readError(thrown));
  }
}

/** Quoted where it has to be; what a spreadsheet would run is made harmless. */
function cell(value: string): string {
  const text = /^[=+\-@\t\r\n＝＋－＠]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
